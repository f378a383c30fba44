//! The history of Altyn's schema: the files of `migrations`, which go forward and are never edited.

use sql::Migration;

/// Embeds `migrations/{sqlite,postgres}/NNNN_name.sql`.
macro_rules! migrations {
    ($($number:literal $file:literal),* $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $file,
            sqlite: include_str!(concat!("../migrations/sqlite/", $file, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $file, ".sql")),
        }),*]
    };
}

/// The schema's whole history.
pub const MIGRATIONS: &[Migration] = migrations![
    1 "0001_shop",
    2 "0002_book",
    3 "0003_payment",
    4 "0004_refund",
    5 "0005_operation",
    6 "0006_event",
    7 "0007_deal",
    8 "0008_application",
    9 "0009_receipt",
    10 "0010_payout",
    11 "0011_card_token",
    12 "0012_split",
    13 "0013_invoice",
    14 "0014_message",
    15 "0015_receipt_of_partner",
    16 "0016_room_in_deal",
    17 "0017_invoice_address",
    18 "0018_register_password",
    19 "0019_widget_sites",
    20 "0020_refund_by_sbp",
    21 "0021_binding_client_ip",
    22 "0022_discrepancy",
    23 "0023_order_of_notifications",
    24 "0024_sandbox_record",
    25 "0025_use_of_keys",
    26 "0026_sealing_key",
    27 "0027_discrepancy_note",
    28 "0028_action",
    29 "0029_connector",
    30 "0030_kind_of_key",
    31 "0031_choice_of_connector",
];
