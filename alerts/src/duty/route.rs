//! Who answers for an alert, and why they.

use super::{DutyList, Item, Place};
use crate::reason::Reason;
use serde::{Deserialize, Serialize};
use xiezhi_dataflows::rules::Topic;

/// Who answers for an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The department's code.
    pub department: String,
    /// The duty item's number; none: the coordinating office, as nobody's item covers it.
    pub item: Option<String>,
    /// The edition of the duty list that said so.
    pub edition: u64,
    /// Why.
    pub reason: Reason,
}

impl Default for Route {
    /// What no list has routed: the coordinating office of the list that there is when there is none.
    fn default() -> Self {
        Route { department: super::OFFICE.to_owned(), item: None, edition: 0, reason: Reason::NoDutyItem }
    }
}

impl DutyList {
    /// Who answers for an alert of a topic at a place.
    pub fn route(&self, topic: Topic, place: &Place) -> Route {
        let found = self.items.iter().find(|item| item.covers(topic, place));
        let (department, reason) = match found {
            Some(item) => {
                (&item.department, Reason::DutyItem { item: item.item.clone(), name: item.name.clone() })
            }
            None => (&self.office, Reason::NoDutyItem),
        };
        let item = found.map(|item| item.item.clone());
        Route { department: department.clone(), item, edition: self.edition, reason }
    }
}

impl Item {
    /// Whether the item covers it. A condition on what is not known does not hold.
    fn covers(&self, topic: Topic, place: &Place) -> bool {
        let trade = place.industry.map(|industry| industry.as_str());
        (self.topic.is_empty() || self.topic.contains(&topic))
            && holds(&self.trade, trade, |wanted, trade| wanted == trade)
            && holds(&self.region, place.region.as_deref(), |wanted, region| region.starts_with(wanted))
            && holds(&self.registered_with, place.department.as_deref(), |wanted, with| wanted == with)
            && (self.stage.is_empty() || place.stage.is_some_and(|stage| self.stage.contains(&stage)))
    }
}

fn holds(wanted: &[String], given: Option<&str>, fits: impl Fn(&str, &str) -> bool) -> bool {
    wanted.is_empty() || given.is_some_and(|given| wanted.iter().any(|wanted| fits(wanted, given)))
}

#[cfg(test)]
mod tests {
    use super::super::Stage;
    use super::*;
    use xiezhi_dataflows::event::Industry;

    fn item(number: &str, department: &str) -> Item {
        Item {
            item: number.to_owned(),
            name: format!("item {number}"),
            trade: Vec::new(),
            topic: Vec::new(),
            stage: Vec::new(),
            region: Vec::new(),
            registered_with: Vec::new(),
            department: department.to_owned(),
        }
    }

    fn list() -> DutyList {
        let engineering =
            |number, department| Item { trade: vec!["01".to_owned()], ..item(number, department) };
        DutyList {
            edition: 7,
            items: vec![
                Item { region: vec!["460108".to_owned()], ..engineering("3.1", "district") },
                Item {
                    topic: vec![Topic::Evaluation],
                    stage: vec![Stage::Evaluation],
                    ..engineering("3.2", "experts")
                },
                Item { registered_with: vec!["water".to_owned()], ..engineering("3.3", "water") },
                engineering("3.9", "housing"),
            ],
            ..DutyList::default()
        }
    }

    #[test]
    fn the_first_item_that_matches_decides_and_is_named() {
        let place = |industry, region: &str, stage, department: &str| Place {
            industry,
            region: Some(region.to_owned()),
            stage,
            department: Some(department.to_owned()),
            opening_at: None,
        };
        let (engineering, land) = (Some(Industry::Engineering), Some(Industry::Land));
        for (topic, place, department, number) in [
            (Topic::Collusion, place(engineering, "460108001", None, ""), "district", Some("3.1")),
            (
                Topic::Evaluation,
                place(engineering, "460100", Some(Stage::Evaluation), ""),
                "experts",
                Some("3.2"),
            ),
            (Topic::Evaluation, place(engineering, "460100", Some(Stage::Award), ""), "housing", Some("3.9")),
            (Topic::Evaluation, place(engineering, "460100", None, "water"), "water", Some("3.3")),
            (Topic::Price, place(engineering, "460100", None, ""), "housing", Some("3.9")),
            (Topic::Price, place(land, "460108", None, ""), super::super::OFFICE, None),
            (Topic::Price, Place::default(), super::super::OFFICE, None),
        ] {
            let route = list().route(topic, &place);
            assert_eq!((route.department.as_str(), route.item.as_deref()), (department, number), "{place:?}");
            assert_eq!((route.edition, route.reason == Reason::NoDutyItem), (7, number.is_none()));
        }
    }
}
