//! The system calls that a confined program is refused (seccomp).
//!
//! A list of what is refused, not of what is allowed: the programs use several hundred calls, and others with
//! each release. What Landlock leaves open is on it: sockets of every family, signals and limits of other
//! processes, changes to files it may only read, new processes and sessions, and the interfaces of the
//! kernel that no decoder needs.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

/// Calls that are refused whatever their arguments.
const REFUSED: &[i64] = &[
    // Network and other processes.
    libc::SYS_socket,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_kcmp,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setscheduler,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    // Out of the process group.
    libc::SYS_setsid,
    libc::SYS_setpgid,
    // Files that it may only read: Landlock does not cover their attributes, nor `truncate` before Linux 6.2.
    libc::SYS_truncate,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    // Parts of the kernel that no decoder needs.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_personality,
];

/// Older forms of calls, which aarch64 does not have.
#[cfg(target_arch = "x86_64")]
const REFUSED_OLD: &[i64] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_OLD: &[i64] = &[];

/// Puts the filter on the calling thread; it stays on whatever program the process becomes.
///
/// # Errors
/// What the kernel or the compiler of the filter says.
pub(super) fn refuse(process: u32) -> Result<(), seccompiler::Error> {
    // The C library uses `clone` when there is no `clone3`, whose flags a filter cannot read.
    let absent = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    for (rules, code) in [(absent, libc::ENOSYS), (refused(process)?, libc::EPERM)] {
        let program = compile(rules, code)?;
        seccompiler::apply_filter(&program)?;
    }
    Ok(())
}

fn refused(process: u32) -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    let always = REFUSED.iter().chain(REFUSED_OLD);
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        always.map(|call| (*call, Vec::new())).collect();
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    // Threads, and no processes.
    let is_process = condition(0, SeccompCmpOp::MaskedEq(thread), 0)?;
    // `abort` sends a signal to its own thread.
    let is_other = condition(0, SeccompCmpOp::Ne, process.into())?;
    // Limits of its own: 0.
    let is_named = condition(0, SeccompCmpOp::Ne, 0)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![is_process])?]);
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![is_other])?]);
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![is_named])?]);
    Ok(rules)
}

fn condition(
    argument: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
}

fn compile(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    code: i32,
) -> Result<BpfProgram, seccompiler::BackendError> {
    let refuse = SeccompAction::Errno(code.unsigned_abs());
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, SeccompAction::Allow, refuse, architecture)?.try_into()
}
