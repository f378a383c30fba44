//! Banks that take part in SBP: their ids there, names and BICs, as the system publishes them.

/// A bank, or another payment service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SbpBank {
    /// Its id in SBP, 12 characters.
    pub bank_id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its bank identification code, 9 digits.
    pub bic: &'static str,
}

const fn bank(bank_id: &'static str, name: &'static str, bic: &'static str) -> SbpBank {
    SbpBank { bank_id, name, bic }
}

/// The largest participants.
pub const SBP_BANKS: &[SbpBank] = &[
    bank("100000000001", "Газпромбанк", "044525823"),
    bank("100000000004", "Т-Банк", "044525974"),
    bank("100000000005", "Банк ВТБ", "044525187"),
    bank("100000000007", "Райффайзен Банк", "044525700"),
    bank("100000000008", "Альфа-Банк", "044525593"),
    bank("100000000010", "Промсвязьбанк", "044525555"),
    bank("100000000020", "Россельхозбанк", "044525111"),
    bank("100000000022", "ЮМани", "044525444"),
    bank("100000000025", "Московский кредитный банк", "044525659"),
    bank("100000000030", "ЮниКредит Банк", "044525545"),
    bank("100000000111", "Сбербанк", "044525225"),
];
