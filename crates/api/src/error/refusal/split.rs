//! The refusals of split payments and of plates.

use domain::payment::{SourceRefused, SplitRefused};
use domain::pos_link::{PosLinkChangeRefused, PosLinkRefused};

use super::super::rows;
use super::super::{Face, Row};

/// The parameter of a part, with its place in the list.
fn of_part(row: &'static Row, index: usize, name: &str) -> Face<'static> {
    Face {
        parameter: Some(format!("transfers[{index}].{name}").into()),
        ..Face::of(row)
    }
}

pub(super) fn split(refused: SplitRefused) -> Face<'static> {
    match refused {
        SplitRefused::TooMany => Face::of(&rows::SPLIT_TOO_MANY),
        SplitRefused::PartnerUnknown { index } => {
            of_part(&rows::SPLIT_PARTNER_UNKNOWN, index, "account_id")
        }
        SplitRefused::CurrencyDiffers { index } => {
            of_part(&rows::SPLIT_CURRENCY_DIFFERS, index, "amount.currency")
        }
        SplitRefused::FeeOutsidePart { index } => {
            of_part(&rows::SPLIT_FEE_OUTSIDE_PART, index, "platform_fee_amount")
        }
        SplitRefused::SumDiffers { difference } => {
            Face::with(&rows::SPLIT_SUM_DIFFERS, &difference.to_string())
        }
        SplitRefused::NotSplit => Face::of(&rows::SPLIT_NOT_SPLIT),
        SplitRefused::PartsMissing => Face::of(&rows::SPLIT_PARTS_MISSING),
    }
}

pub(super) fn source(refused: SourceRefused) -> Face<'static> {
    match refused {
        SourceRefused::NotSplit => Face::of(&rows::SOURCE_NOT_SPLIT),
        SourceRefused::Missing => Face::of(&rows::SOURCE_MISSING),
        SourceRefused::Several => Face::of(&rows::SOURCE_SEVERAL),
        SourceRefused::ShopUnknown => Face::of(&rows::SOURCE_SHOP_UNKNOWN),
        SourceRefused::CurrencyDiffers => Face::of(&rows::SOURCE_CURRENCY_DIFFERS),
        SourceRefused::SumDiffers { difference } => {
            Face::with(&rows::SOURCE_SUM_DIFFERS, &difference.to_string())
        }
        SourceRefused::ExceedsPart { .. } => Face::of(&rows::SOURCE_EXCEEDS_PART),
        SourceRefused::FeeExceeds { .. } => Face::of(&rows::SOURCE_FEE_EXCEEDS),
    }
}

pub(super) fn pos_link(refused: PosLinkRefused) -> &'static Row {
    match refused {
        PosLinkRefused::Inactive => &rows::POS_LINK_INACTIVE,
        PosLinkRefused::Busy => &rows::POS_LINK_BUSY,
        PosLinkRefused::OtherGateway => &rows::POS_LINK_OTHER_GATEWAY,
        PosLinkRefused::TwoStages => &rows::POS_LINK_TWO_STAGES,
        PosLinkRefused::TimeOutsideLimits => &rows::POS_LINK_TIME,
        PosLinkRefused::Method => &rows::POS_LINK_METHOD,
    }
}

pub(super) fn pos_link_change(refused: PosLinkChangeRefused) -> &'static Row {
    match refused {
        PosLinkChangeRefused::Unchanged => &rows::POS_LINK_UNCHANGED,
        PosLinkChangeRefused::LinkTaken => &rows::POS_LINK_TAKEN,
    }
}
