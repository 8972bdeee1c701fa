//! Organisations: LEGAL_PERSON_BASE.

use super::{Fields, Given, Row, Table, event, list};

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[Table {
    name: "LEGAL_PERSON_BASE",
    prefixed: false,
    columns: "LEGAL_NAME BIDDER_CODE_TYPE LEGAL_CODE LEGAL_ROLE LICENSE_NO LICENSE_END_DATE TAX_CERT_NO \
              TAX_CERT_END_DATE LOCAL_TAX_CERT_NO LOCAL_TAX_CERT_END_DATE ORGAN_NO ORGAN_CERT_END_DATE \
              LEGAL_REPRESENT LEGAL_TYPE REPRESENT_PHONE LEGAL_INDUSTRY CREDIT_RATE COUNTRY_REGION \
              LEGAL_UNIT_ADDRESS REGION_CODE REGISTER_PROVINCE REGISTER_CITY BASIC_BANK BASIC_BRANCH_BANK \
              BASIC_ACCOUNT_NO BASIC_ACCOUNT_NAME REG_CAPITAL REG_CAP_CURRENCY REG_UNIT LEGAL_CONTACT \
              LEGAL_CONTACT_PHONE LEGAL_CONTACT_ADDRESS LEGAL_WEB LEGAL_ZIP_CODE LEGAL_EMAIL LEGAL_STATUS \
              M_USER_ID M_ATT_LICENSE_CERT_DOC M_ATT_ORGAN_CERT_DOC M_ATT_TAX_CERT_DOC M_ATT_BASE_ACCOUNT_DOC \
              M_ATT_QUAL_CART_DOC",
    read: party,
}];

/// The table names the legal representative without a number, so two of one name are not known to be one person.
fn party(row: &mut Row<'_>) -> Given {
    let phones = [row.value("REPRESENT_PHONE"), row.value("LEGAL_CONTACT_PHONE")];
    let emails = [row.value("LEGAL_EMAIL")];
    let representative = Fields::default().put("name", row.value("LEGAL_REPRESENT"));
    let data = Fields::default()
        .put("org", row.need("LEGAL_CODE", "the unified social credit code"))
        .put("name", row.need("LEGAL_NAME", "the organisation's name"))
        .put("legal_representative", representative.object())
        .put("phones", list(phones.into_iter().flatten().collect()))
        .put("emails", list(emails.into_iter().flatten().collect()))
        .put("address", row.value("LEGAL_UNIT_ADDRESS"));
    vec![event("party.recorded", data)].into()
}
