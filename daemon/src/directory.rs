//! The directory: names of organisations, sections and projects, for showing; and where a section is, for routing.
//!
//! *Invariants.* A name comes from the event with the latest time. Nothing is ever concluded from a name. A section's stage only goes forward: an
//! alert that is routed by it says so, and a supervisor may transfer it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use xiezhi_alerts::duty::{DutyList, Place, Register, Stage};
use xiezhi_alerts::message::{Directory as Names, SectionNames};
use xiezhi_dataflows::event::{Data, Event, Industry, Organisation, Text};
use xiezhi_dataflows::normalise::Instant;

/// A name and the time of the event that gave it.
type Dated<T> = (i64, T);

#[derive(Default)]
struct Held {
    organisations: HashMap<String, Dated<String>>,
    sections: HashMap<String, Dated<SectionNames>>,
    projects: HashMap<String, Dated<Project>>,
    stages: HashMap<String, Stage>,
    duty: Arc<DutyList>,
}

#[derive(Clone, Default)]
struct Project {
    name: Option<String>,
    department: Option<String>,
    industry: Option<Industry>,
    region: Option<String>,
}

/// All names that were ever given, the latest of each.
#[derive(Default)]
pub struct Directory {
    held: RwLock<Held>,
}

fn owned(text: Option<&Text>) -> Option<String> {
    text.map(|t| t.as_str().to_owned())
}

impl Held {
    fn organisation(&mut self, at: i64, code: &str, name: Option<&Text>) {
        let Some(name) = owned(name) else { return };
        match self.organisations.get_mut(code) {
            Some(known) if known.0 > at || known.1 == name => {}
            Some(known) => *known = (at, name),
            None => {
                self.organisations.insert(code.to_owned(), (at, name));
            }
        }
    }

    fn org(&mut self, at: i64, org: &Organisation) {
        self.organisation(at, org.code.as_str(), org.name.as_ref());
    }

    fn section(&mut self, at: i64, code: &str, new: SectionNames) {
        let (known_at, known) = self.sections.entry(code.to_owned()).or_default();
        let (older, newer) = if *known_at <= at { (known.clone(), new) } else { (new, known.clone()) };
        *known = SectionNames {
            name: newer.name.or(older.name),
            project: newer.project.or(older.project),
            opening_at: newer.opening_at.or(older.opening_at),
            ..SectionNames::default()
        };
        *known_at = at.max(*known_at);
    }

    /// That a section has come so far.
    fn stage(&mut self, event: &Event) {
        let (section, stage) = match &event.data {
            Data::SectionAnnounced(section) => (&section.section, Stage::Bidding),
            Data::OpeningStarted(opening) => (&opening.section, Stage::Opening),
            Data::BidOpened(opened) => (&opened.section, Stage::Opening),
            Data::EvaluationStarted(evaluation) => (&evaluation.section, Stage::Evaluation),
            Data::ScoreGiven(score) => (&score.section, Stage::Evaluation),
            Data::AwardProposed(award) => (&award.section, Stage::Award),
            Data::AwardMade(award) => (&award.section, Stage::Award),
            Data::ContractSigned(contract) => (&contract.section, Stage::Contract),
            _ => return,
        };
        match self.stages.get_mut(section.as_str()) {
            Some(known) => *known = stage.max(*known),
            None => drop(self.stages.insert(section.as_str().to_owned(), stage)),
        }
    }

    fn learn(&mut self, event: &Event) {
        self.stage(event);
        let at = event.time.0;
        match &event.data {
            Data::ProjectRegistered(project) => {
                self.org(at, &project.tenderer);
                project.agency.iter().for_each(|agency| self.org(at, agency));
                let named = Project {
                    name: owned(project.name.as_ref()),
                    department: project.department.as_ref().map(|d| d.as_str().to_owned()),
                    industry: Some(project.industry),
                    region: project.region.as_ref().map(|region| region.as_str().to_owned()),
                };
                let known = self.projects.entry(project.project.as_str().to_owned()).or_default();
                if known.0 <= at {
                    *known = (at, named);
                }
            }
            Data::SectionAnnounced(section) => {
                let names = SectionNames {
                    name: owned(section.name.as_ref()),
                    project: Some(section.project.as_str().to_owned()),
                    opening_at: section.opening_at.map(|at| at.to_rfc3339()),
                    ..SectionNames::default()
                };
                self.section(at, section.section.as_str(), names);
            }
            Data::SectionChanged(section) => {
                let names = SectionNames {
                    name: owned(section.name.as_ref()),
                    project: section.project.as_ref().map(|p| p.as_str().to_owned()),
                    opening_at: section.opening_at.map(|at| at.to_rfc3339()),
                    ..SectionNames::default()
                };
                self.section(at, section.section.as_str(), names);
            }
            Data::BidSubmitted(bid) => {
                self.org(at, &bid.bidder);
                bid.consortium.iter().for_each(|member| self.org(at, member));
            }
            Data::BidOpened(opened) => self.org(at, &opened.bidder),
            Data::AwardMade(award) => self.org(at, &award.bidder),
            Data::ContractSigned(contract) => self.org(at, &contract.contractor),
            Data::ContractSubcontracted(part) => {
                self.org(at, &part.contractor);
                self.org(at, &part.subcontractor);
            }
            Data::PartyRecorded(party) => self.organisation(at, party.org.as_str(), Some(&party.name)),
            _ => {}
        }
    }
}

impl Directory {
    /// Learns the names that events give.
    pub fn learn<'a>(&self, events: impl Iterator<Item = &'a Event>) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        events.for_each(|event| held.learn(event));
    }

    /// The duty list in force.
    pub fn duty(&self) -> Arc<DutyList> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).duty.clone()
    }

    /// Takes the names of departments from a duty list.
    pub fn learn_duty(&self, duty: Arc<DutyList>) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).duty = duty;
    }
}

impl Register for Directory {
    fn place(&self, section: &str) -> Place {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let names = held.sections.get(section).map(|(_, names)| names);
        let project = names.and_then(|names| names.project.as_ref());
        let project = project.and_then(|project| held.projects.get(project)).map(|(_, project)| project);
        let opening = names.and_then(|names| names.opening_at.as_deref());
        Place {
            industry: project.and_then(|project| project.industry),
            region: project.and_then(|project| project.region.clone()),
            stage: held.stages.get(section).copied(),
            department: project.and_then(|project| project.department.clone()),
            opening_at: opening.and_then(|text| Instant::parse(text).ok()).map(|at| at.0),
        }
    }
}

impl Names for Directory {
    fn organisation(&self, code: &str) -> Option<String> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.organisations.get(code).map(|(_, name)| name.clone())
    }

    fn section(&self, code: &str) -> SectionNames {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let mut names = held.sections.get(code).map(|(_, names)| names.clone()).unwrap_or_default();
        if let Some((_, project)) = names.project.as_ref().and_then(|project| held.projects.get(project)) {
            names.project_name = project.name.clone();
            names.department = project.department.clone();
        }
        names
    }

    fn department(&self, code: &str) -> Option<String> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.duty.departments.get(code).map(|department| department.name.clone())
    }
}
