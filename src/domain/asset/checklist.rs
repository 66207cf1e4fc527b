//! The conditions of publication of one work, each met or not.

use super::review::{Decision, Requirement};
use crate::domain::{Rule, Violations};

/// All conditions, in the order in which an editor goes through them. A work may be published when none is
/// missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checklist {
    conditions: Vec<Condition>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is required.
    pub requirement: Requirement,
    /// Where: a JSON pointer into the wire form of the work.
    pub pointer: String,
    /// Whether it is met.
    pub status: Status,
    /// By whom it was met, where that is a decision.
    pub decision: Option<Decision>,
}

/// Whether a condition is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Met,
    /// It is not: the broken rule.
    Missing(Rule),
    /// The work does not need it.
    NotApplicable,
}

impl Status {
    /// Met, or else this rule is broken.
    pub(super) fn met_or(is_met: bool, rule: Rule) -> Self {
        if is_met {
            Self::Met
        } else {
            Self::Missing(rule)
        }
    }
}

impl Checklist {
    pub(super) fn push(
        &mut self,
        requirement: Requirement,
        pointer: impl Into<String>,
        status: Status,
    ) {
        self.push_decided(requirement, pointer, status, None);
    }

    pub(super) fn push_decided(
        &mut self,
        requirement: Requirement,
        pointer: impl Into<String>,
        status: Status,
        decision: Option<&Decision>,
    ) {
        self.conditions.push(Condition {
            requirement,
            pointer: pointer.into(),
            status,
            decision: decision.cloned(),
        });
    }

    /// The conditions.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Whether no condition is missing.
    pub fn is_met(&self) -> bool {
        self.unmet(|_| true).total() == 0
    }

    /// The missing conditions among those that are asked for.
    pub fn unmet(&self, is_required: impl Fn(Requirement) -> bool) -> Violations {
        let mut unmet = Violations::default();
        for condition in &self.conditions {
            if let Status::Missing(rule) = &condition.status
                && is_required(condition.requirement)
            {
                unmet.push(&condition.pointer, rule.clone());
            }
        }
        unmet
    }
}
