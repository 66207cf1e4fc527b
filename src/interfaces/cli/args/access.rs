//! Commands about who may do what: accounts, tokens, requests for access, bodies, the audit trail.

use std::path::PathBuf;

use clap::Subcommand;

use super::folder::Folder;

/// Accounts of posts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account; the one-time link for its holder is mailed, or the last line printed.
    #[command(after_help = "\
Example: khochung account invite phong.vh@gialai.example --role contributor --organisation dic")]
    Invite {
        /// The login name: the address of an office or post.
        login: String,
        /// What its holder may do: see `khochung account roles`.
        #[arg(long)]
        role: String,
        /// The body it acts for (a slug of the scheme `organisation`); contributors need one.
        #[arg(long, value_name = "SLUG")]
        organisation: Option<String>,
        /// The line to be shown as; its holder can change it.
        #[arg(long, value_name = "TEXT")]
        display: Option<String>,
        /// The language of messages for it, vi or en.
        #[arg(long, value_name = "LANGUAGE", value_parser = ["vi", "en"])]
        language: Option<String>,
        /// Print the link even if it could be mailed.
        #[arg(long)]
        print_link: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Choose a password with a one-time link. The password is read from the terminal or the standard input.
    Accept {
        /// The link that `account invite` or `account reset` printed, or the address in a message.
        link: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// List the accounts.
    List(Folder),
    /// Take password and second factor away; the one-time link for new ones is mailed, or the last line printed.
    Reset {
        /// The id or login name that `account list` shows.
        account: String,
        /// Print the link even if it could be mailed.
        #[arg(long)]
        print_link: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Close an account at once.
    Close {
        /// The id or login name that `account list` shows.
        account: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Give an account another role or body.
    Change {
        /// The id or login name that `account list` shows.
        account: String,
        /// What its holder may do.
        #[arg(long)]
        role: Option<String>,
        /// The body it acts for; an empty one takes it away.
        #[arg(long, value_name = "SLUG")]
        organisation: Option<String>,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// List the roles and what each may do.
    Roles,
}

/// Access tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; its secret is the last line printed and cannot be shown again.
    #[command(after_help = "\
Example: khochung token create --role contributor --organisation dic --label \"upload desk\"")]
    Create {
        /// What its holder may do: see `khochung account roles`.
        #[arg(long)]
        role: String,
        /// The body it is given to (a slug of the scheme `organisation`); contributors need one.
        #[arg(long, value_name = "SLUG")]
        organisation: Option<String>,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// When it ends by itself: 2027-01-01T00:00:00+07:00.
        #[arg(long, value_name = "MOMENT")]
        expires: Option<String>,
        /// Narrow it to some permissions of its role: read,deposit.
        #[arg(long, value_name = "PERMISSIONS", value_delimiter = ',')]
        scopes: Vec<String>,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Give a token a new secret, which is the last line printed. The old one stays valid for the overlap.
    #[command(after_help = "Example: khochung token rotate 4f9a2c --overlap 48")]
    Rotate {
        /// The id that `token list` shows.
        id: String,
        /// For how many hours the old secret stays valid: 0 to 720.
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        overlap: u64,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// List the tokens, without their secrets: id, role, body, made, end, label, account, permissions, last day of use,
    /// end of the former secret.
    List(Folder),
    /// End a token at once.
    Revoke {
        /// The id that `token list` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}

/// What to do with requests for access.
#[derive(Debug, Subcommand)]
pub(crate) enum RequestCommand {
    /// List them, overdue ones first: id, state, working days, last day, overdue, role, body, contact.
    List(Folder),
    /// Say that somebody looks into one.
    Review {
        /// The id that `request list` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Grant one; the one-time link for the asker is the last line printed.
    #[command(after_help = "\
Example: khochung request grant q-0123456789ab --organisation radio-tv --expires 2028-01-01T00:00:00+07:00")]
    Grant {
        /// The id that `request list` shows.
        id: String,
        /// The body that the token is for (a slug of the scheme `organisation`).
        #[arg(long, value_name = "SLUG")]
        organisation: Option<String>,
        /// Narrow the token to some permissions of its role.
        #[arg(long, value_name = "PERMISSIONS", value_delimiter = ',')]
        scopes: Vec<String>,
        /// When the token ends by itself.
        #[arg(long, value_name = "MOMENT")]
        expires: Option<String>,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Refuse one.
    Refuse {
        /// The id that `request list` shows.
        id: String,
        /// Why; the asker reads it.
        #[arg(long)]
        reason: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Make a new one-time link for a granted one.
    Link {
        /// The id that `request list` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}

/// What to do with bodies.
#[derive(Debug, Subcommand)]
pub(crate) enum OrganisationCommand {
    /// Show what a body uses and may use: body, own or default quota, works, bytes, requests in a minute.
    Usage {
        /// The body (a slug of the scheme `organisation`).
        slug: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Plan that bodies pass to a successor on a day: works, accounts, tokens, saved searches.
    #[command(after_help = "\
Example: khochung organisation succeed --from dic --from dpi --to docst --on 2027-01-01 --dry-run")]
    Succeed {
        /// A body before; may be repeated.
        #[arg(long, value_name = "SLUG", required = true)]
        from: Vec<String>,
        /// The successor of what no part names.
        #[arg(long, value_name = "SLUG")]
        to: String,
        /// What other successors get, when a body is split: a JSON file with the list `parts` of the interface.
        #[arg(long, value_name = "FILE")]
        parts: Option<PathBuf>,
        /// The day at whose beginning everything passes: 2027-01-01.
        #[arg(long, value_name = "DAY")]
        on: String,
        /// The decision it rests on.
        #[arg(long)]
        reason: Option<String>,
        /// Only tell what it would do.
        #[arg(long)]
        dry_run: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// List the successions: id, bodies, successor, day, state, and what has passed: works, accounts, tokens, searches.
    Successions(Folder),
    /// List the works that a succession has passed on: id, successor, title.
    PassedWorks {
        /// The id that `organisation successions` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Cancel a succession before its day.
    Cancel {
        /// The id that `organisation successions` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Set what a body may use. What is not named has no limit.
    #[command(after_help = "\
Example: khochung organisation quota dic --works 20000 --bytes 500000000000")]
    Quota {
        /// The body (a slug of the scheme `organisation`).
        slug: String,
        /// Works, in every state.
        #[arg(long)]
        works: Option<u64>,
        /// Bytes of files as deposited, those of earlier revisions included.
        #[arg(long)]
        bytes: Option<u64>,
        /// Requests in a minute of all its tokens and accounts.
        #[arg(long, value_name = "NUMBER")]
        requests_per_minute: Option<u64>,
        /// Let the default of the settings (`quotas`) hold again.
        #[arg(long, conflicts_with_all = ["works", "bytes", "requests_per_minute"])]
        default: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}

/// The audit trail.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check the chain of hashes. Note the printed hash elsewhere: a later check must lead to it again.
    Verify(Folder),
    /// Print all entries.
    Export {
        /// ndjson or csv.
        #[arg(long, default_value = "ndjson")]
        format: String,
        /// Only entries with greater numbers.
        #[arg(long, default_value_t = 0, value_name = "NUMBER")]
        after: u64,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}
