//! The table of permissions: which role may do what. Deny by default: what is not listed here nobody may.
//!
//! This is the only place where a role and a right meet; routes and the desk name permissions, never roles.

/// The roles of the first release.
pub const ROLES: [&str; 11] = [
    "operator",
    "duty-manager",
    "agency-head",
    "inspector",
    "inspection-centre",
    "reviewer",
    "routing-owner",
    "administrator",
    "auditor",
    "connector",
    "monitor",
];

/// One thing that may be done. The scope of the grant says where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Sign in to the console and see its first page.
    ConsoleUse,
    /// Hand in a citizen's message.
    MessageSubmit,
    /// Read cases, with personal data masked.
    CaseRead,
    /// Read a citizen's number and phone in clear; each reading is journalled.
    CaseUnmask,
    /// Read a case's journal, machinery included.
    JournalRead,
    /// Read tasks.
    TaskRead,
    /// Claim, complete and release tasks; the task says which role it is for.
    TaskWork,
    /// Make verification calls from the call list.
    CallWork,
    /// Read what goes out.
    OutboxRead,
    /// Read incidents.
    IncidentRead,
    /// Retry or settle an incident.
    IncidentResolve,
    /// Read instances of flows: where they stand, what went in and came out, with personal data left out.
    InstanceRead,
    /// Start a flow, or hand in an event that flows wait for.
    InstanceStart,
    /// Suspend, resume, cancel or retry an instance.
    InstanceControl,
    /// Follow what happens to workflows and their tasks, without any personal data; see how webhooks fare.
    EventRead,
    /// Read calendars, closures and what they moved.
    CalendarRead,
    /// Declare a closure for a place, or withdraw one.
    ClosureDeclare,
    /// Set the date of a deadline, with a reason.
    DeadlineSet,
    /// Let a deadline rest while the citizen is waited for, where its flow allows that.
    DeadlineSuspend,
    /// Read packs that hold in the scope, and those that they extend: their versions and editions.
    PackRead,
    /// Read whom the directories of packs name in clear: names, numbers and addresses of staff.
    StaffRead,
    /// Deploy packs: those of the scope; with the nation's, any.
    PackDeploy,
    /// Let go what was held since a restore.
    EffectsRelease,
    /// Read the deployment's numbers: no personal data, nothing of a single case.
    MetricsRead,
    /// Read what is wrong, what is slow and what waits for a person.
    HealthRead,
    /// Issue and revoke tokens.
    TokenIssue,
    /// Issue one-time login links.
    LinkIssue,
}

/// Permission and the roles that carry it, one line each.
const TABLE: &[(Permission, &[&str])] = &[
    (
        Permission::ConsoleUse,
        &[
            "operator",
            "duty-manager",
            "agency-head",
            "inspector",
            "inspection-centre",
            "administrator",
            "auditor",
            "reviewer",
            "routing-owner",
        ],
    ),
    (Permission::MessageSubmit, &["operator", "connector", "administrator"]),
    (
        Permission::CaseRead,
        &[
            "operator",
            "duty-manager",
            "agency-head",
            "inspector",
            "inspection-centre",
            "administrator",
            "auditor",
            "reviewer",
        ],
    ),
    (Permission::CaseUnmask, &["operator", "inspector", "inspection-centre"]),
    (Permission::JournalRead, &["inspector", "inspection-centre", "administrator", "auditor"]),
    (
        Permission::TaskRead,
        &[
            "operator",
            "duty-manager",
            "agency-head",
            "inspector",
            "inspection-centre",
            "administrator",
            "auditor",
            "reviewer",
        ],
    ),
    (Permission::TaskWork, &["operator", "duty-manager", "agency-head", "inspector", "inspection-centre", "reviewer"]),
    (Permission::CallWork, &["operator"]),
    (Permission::OutboxRead, &["operator", "inspection-centre", "administrator", "auditor"]),
    (Permission::IncidentRead, &["operator", "inspection-centre", "administrator", "auditor"]),
    (Permission::IncidentResolve, &["inspection-centre", "administrator"]),
    (Permission::InstanceRead, &["inspector", "inspection-centre", "administrator", "auditor"]),
    (Permission::InstanceStart, &["connector", "administrator"]),
    (Permission::InstanceControl, &["inspection-centre", "administrator"]),
    (Permission::EventRead, &["inspector", "inspection-centre", "administrator", "auditor"]),
    (
        Permission::CalendarRead,
        &[
            "operator",
            "duty-manager",
            "agency-head",
            "inspector",
            "inspection-centre",
            "administrator",
            "auditor",
            "reviewer",
            "routing-owner",
        ],
    ),
    (Permission::ClosureDeclare, &["inspection-centre", "administrator"]),
    (Permission::DeadlineSet, &["inspector", "inspection-centre"]),
    (Permission::DeadlineSuspend, &["operator", "duty-manager", "agency-head", "inspector", "inspection-centre"]),
    (Permission::PackRead, &["inspector", "inspection-centre", "administrator", "auditor", "routing-owner"]),
    (Permission::StaffRead, &["administrator"]),
    (Permission::PackDeploy, &["administrator", "routing-owner"]),
    (Permission::EffectsRelease, &["administrator"]),
    (Permission::MetricsRead, &["monitor", "administrator", "auditor"]),
    (Permission::HealthRead, &["monitor", "inspection-centre", "administrator", "auditor"]),
    (Permission::TokenIssue, &["administrator"]),
    (Permission::LinkIssue, &["administrator"]),
];

impl Permission {
    /// The roles that carry it; none where the table has no line.
    pub fn roles(self) -> &'static [&'static str] {
        TABLE.iter().find(|(permission, _)| *permission == self).map_or(&[], |(_, roles)| roles)
    }

    /// Every permission of the table.
    pub fn all() -> impl Iterator<Item = Permission> {
        TABLE.iter().map(|(permission, _)| *permission)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_stands_once_and_names_known_roles() {
        let permissions: BTreeSet<_> = Permission::all().collect();
        assert_eq!(permissions.len(), TABLE.len());
        for (permission, roles) in TABLE {
            assert!(!roles.is_empty(), "{permission:?} is carried by nobody");
            for role in *roles {
                assert!(ROLES.contains(role), "{permission:?} names {role}");
            }
        }
    }

    #[test]
    fn the_sharp_permissions_stay_with_few() {
        assert_eq!(Permission::TokenIssue.roles(), ["administrator"]);
        assert_eq!(Permission::LinkIssue.roles(), ["administrator"]);
        assert_eq!(Permission::EffectsRelease.roles(), ["administrator"]);
        let of_connector: Vec<_> = Permission::all().filter(|p| p.roles().contains(&"connector")).collect();
        assert_eq!(of_connector, [Permission::MessageSubmit, Permission::InstanceStart]);
        for reader in ["auditor", "administrator"] {
            assert!(!Permission::CaseUnmask.roles().contains(&reader), "{reader} reads no personal data");
            assert!(!Permission::TaskWork.roles().contains(&reader), "{reader} does no one's work");
        }
    }
}
