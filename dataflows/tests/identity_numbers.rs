//! No identity number gets past the door: not into a body, not into an event, not into a reason.

use xiezhi_dataflows::event::{Admitted, Data, Door, Refused};
use xiezhi_dataflows::normalise::Placeholders;

/// A resident identity number that checks out; a published example, nobody's.
const NUMBER: &str = "11010519491231002X";
const ORG: &str = r#"{"code":"91990000MAR6C1F0KN","name":"测试甲建设有限公司"}"#;

fn door() -> Door {
    Door::new(b"a site key of thirty-two bytes..", Placeholders::default())
}

fn envelope(kind: &str, data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"e1","source":"/s","type":"{kind}","time":"2026-03-02T09:30:00+08:00","data":{data}}}"#
    )
}

/// `data` with `@` standing for a good organisation.
fn event(kind: &str, data: &str) -> String {
    envelope(kind, &data.replace('@', ORG))
}

fn admit(bytes: impl AsRef<[u8]>) -> Admitted {
    let bytes = bytes.as_ref();
    door().admit(bytes).unwrap_or_else(|refused| panic!("{}: {refused}", String::from_utf8_lossy(bytes)))
}

fn refuse(bytes: impl AsRef<[u8]>) -> Refused {
    let bytes = bytes.as_ref();
    match door().admit(bytes) {
        Ok(_) => panic!("admitted: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)])),
        Err(refused) => refused,
    }
}

#[test]
fn no_identity_number_gets_past_the_door() {
    let person = format!(r#"{{"id":"{NUMBER}","name":"王"}}"#);
    let score = r#""bidder":@,"item":"T","score":1"#;
    let places = [
        ("deposit.received", format!(r#"{{"section":"S","bidder":@,"applicant":{person}}}"#)),
        ("deposit.received", format!(r#"{{"section":"S","bidder":@,"account_holder":{person}}}"#)),
        ("bid.submitted", format!(r#"{{"section":"S","bidder":@,"agent":{person}}}"#)),
        ("bid.submitted", format!(r#"{{"section":"S","bidder":@,"agent":"{NUMBER}"}}"#)),
        ("bid.submitted", format!(r#"{{"section":"S","bidder":@,"agent":[["{NUMBER}"]]}}"#)),
        (
            "bid.submitted",
            format!(r#"{{"section":"S","bidder":@,"agent":{{"id":["{NUMBER}"],"name":"王"}}}}"#),
        ),
        ("bid.submitted", format!(r#"{{"section":"S","bidder":@,"contact":{person},"manager":{person}}}"#)),
        (
            "bid.submitted",
            format!(
                r#"{{"section":"S","bidder":@,"staff":[{{"person":{person},"certificate":"{NUMBER}"}}]}}"#
            ),
        ),
        ("bid.submitted", format!(r#"{{"section":"S","bidder":@,"staff":[{person}]}}"#)),
        ("bid.submitted", format!(r#"{{"section":"S","bidder":{{"code":"{NUMBER}","name":"个人"}}}}"#)),
        ("opening.started", format!(r#"{{"section":"S","host":{person}}}"#)),
        ("bid.opened", format!(r#"{{"section":"S","bidder":@,"attendee":{person}}}"#)),
        ("expert.drawn", format!(r#"{{"section":"S","expert":{person}}}"#)),
        ("expert.signed_in", format!(r#"{{"section":"S","expert":{person}}}"#)),
        (
            "evaluation.closed",
            format!(r#"{{"section":"S","signed_by":[{person},"{NUMBER}"],"dissent":[{person}]}}"#),
        ),
        ("score.given", format!(r#"{{"section":"S","expert":{person},{score}}}"#)),
        ("award.made", format!(r#"{{"section":"S","bidder":@,"manager":{person}}}"#)),
        ("contract.signed", format!(r#"{{"section":"S","contractor":@,"manager":{person}}}"#)),
        (
            "witness.recorded",
            format!(r#"{{"section":"S","kind":"other","gravity":"note","persons":[{person}]}}"#),
        ),
        (
            "witness.recorded",
            format!(r#"{{"section":"S","kind":"other","gravity":"note","note":"证件{NUMBER}，{NUMBER}。"}}"#),
        ),
        ("witness.access", format!(r#"{{"section":"S","person":{person}}}"#)),
        ("witness.contact", format!(r#"{{"section":"S","persons":[{person}]}}"#)),
        ("objection.raised", format!(r#"{{"objection":"O","section":"S","by":{person}}}"#)),
        ("objection.raised", format!(r#"{{"objection":"O","section":"S","by":"{NUMBER}"}}"#)),
        ("complaint.received", format!(r#"{{"complaint":"C","department":"D","complainant":{person}}}"#)),
        ("complaint.received", format!(r#"{{"complaint":"C","department":"D","respondents":["{NUMBER}"]}}"#)),
        (
            "party.recorded",
            format!(
                r#"{{"org":"X","name":"甲","legal_representative":{person},"directors":[{person}],"holders":[{{"person":{person}}}]}}"#
            ),
        ),
        ("person.employed", format!(r#"{{"person":{person},"org":"X","from_on":"2026-01-01"}}"#)),
        (
            "credit.listed",
            format!(r#"{{"entry":"B","kind":"penalty","from_on":"2026-01-01","person":{person}}}"#),
        ),
        (
            "credit.listed",
            format!(r#"{{"entry":"B","kind":"penalty","from_on":"2026-01-01","org":"{NUMBER}"}}"#),
        ),
        ("payment.made", format!(r#"{{"payer":{{"id":"{NUMBER}"}},"payee":"{NUMBER}"}}"#)),
        ("inspection.drawn", format!(r#"{{"inspection":"I","inspectors":[{person}]}}"#)),
        ("alert.noted", format!(r#"{{"alert":"A","actor":{person}}}"#)),
        ("alert.noted", format!(r#"{{"alert":"A","actor":"a","note":"{NUMBER}"}}"#)),
        ("section.failed", format!(r#"{{"section":"S","x":{{"y":[{person}]}}}}"#)),
        ("section.failed", format!(r#"{{"section":"S","x":{{"身份证号":"{NUMBER}"}}}}"#)),
        ("section.failed", format!(r#"{{"section":"S","{NUMBER}":1}}"#)),
        ("no.such.type", format!(r#"{{"agent":{person},"note":"{NUMBER}"}}"#)),
    ];
    let pseudonym = door().pseudonym(NUMBER);
    let wide: String = NUMBER.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
    for (kind, data) in places {
        for number in [NUMBER, "11010519491231002x", &wide] {
            let text = event(kind, &data.replace(NUMBER, number));
            let (body, said) = match door().admit(text.as_bytes()) {
                Ok(admitted) => (admitted.body, format!("{:?}", admitted.event)),
                Err(refused) => (refused.body.clone().expect("it is JSON"), format!("{refused} {refused:?}")),
            };
            let body = String::from_utf8(body).expect("UTF-8");
            assert!(!body.contains(number), "{kind} {body}");
            assert!(!said.contains(number) && !said.contains(NUMBER), "{kind} {said}");
            assert!(body.contains(&pseudonym), "{kind} {body}");
        }
    }
    let envelope_less = refuse(format!(r#"{{"id":"{NUMBER}","name":"王"}}"#));
    assert_eq!(envelope_less.id.as_deref(), Some(pseudonym.as_str()));
    let doubled = refuse(event("section.failed", &format!(r#"{{"section":"S","{NUMBER}":1,"{NUMBER}":1}}"#)));
    assert!(!doubled.to_string().contains(NUMBER), "{doubled}");
}

#[test]
fn an_identity_number_sent_as_a_number_goes_too() {
    let number = "110105194912310062";
    for data in [
        r#"{"section":"S","bidder":@,"agent":{"id":NUMBER,"name":"王"}}"#,
        r#"{"section":"S","bidder":@,"agent":NUMBER}"#,
        r#"{"section":"S","bidder":@,"x":[NUMBER]}"#,
    ] {
        let admitted = admit(event("bid.submitted", &data.replace("NUMBER", number)));
        let body = String::from_utf8(admitted.body).expect("UTF-8");
        assert!(!body.contains(number) && body.contains(&door().pseudonym(number)), "{body}");
    }
}

#[test]
fn what_is_no_identity_number_stays() {
    for (kind, data) in [
        ("deposit.received", format!(r#"{{"account":"{NUMBER}","bidder":@,"section":"S"}}"#)),
        (
            "event.retracted",
            format!(r#"{{"reason":"登记错误","retracts":{{"id":"{NUMBER}","source":"/s"}}}}"#),
        ),
        ("section.failed", r#"{"reason":"110105194912310021","section":"E4601000001000123001"}"#.to_owned()),
        ("bid.submitted", r#"{"agent":{"id":"无","name":"王"},"bidder":@,"section":"S"}"#.to_owned()),
        (
            "bid.submitted",
            r#"{"bidder":@,"file":{"fingerprints":[110105194912310062]},"section":"S"}"#.to_owned(),
        ),
    ] {
        let body = String::from_utf8(admit(event(kind, &data)).body).expect("UTF-8");
        assert!(body.contains(&data.replace('@', ORG)), "{body}");
    }
}

#[test]
fn a_pseudonym_is_stable_and_hangs_on_the_key() {
    let other = Door::new(b"another site key of 32 bytes....", Placeholders::default());
    let pseudonym = door().pseudonym(NUMBER);
    assert_eq!((pseudonym.len(), &pseudonym[..2]), (28, "p:"));
    assert_eq!(door().pseudonym(" 11010519491231002x "), pseudonym);
    assert_eq!(door().pseudonym("１１０１０５１９４９１２３１００２Ｘ"), pseudonym);
    assert_ne!(other.pseudonym(NUMBER), pseudonym);
    // Recomputed with another program's HMAC-SHA256 and base32.
    assert_eq!(pseudonym, "p:8bmcs4cqbp7ggsjqdxe5tgdstm");
}

#[test]
fn a_pseudonym_that_is_sent_is_hashed_like_any_number() {
    let forged = door().pseudonym(NUMBER);
    let admitted =
        admit(event("expert.drawn", &format!(r#"{{"section":"S","expert":{{"id":"{forged}"}}}}"#)));
    let Data::ExpertDrawn(drawn) = admitted.event.data else { panic!("{:?}", admitted.event) };
    assert_ne!(drawn.expert.id.as_deref(), Some(forged.as_str()));
}
