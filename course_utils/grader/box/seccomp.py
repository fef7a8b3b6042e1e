"""A filter for system calls that a notebook never needs and an attacker could use.

Namespaces keep a student's code from files, other processes and the network. The kernel itself is
still within reach: memory that no limit counts, new namespaces, debuggers, and rarely used parts
of the kernel. Calls to these fail with EPERM.

Some calls only pretend to succeed, because honest code makes them too. A lock on a system file is
visible in every sandbox: with it, a submission whose functions are being judged could pass the
hidden inputs to one whose cells are still running. And a process that lowers its own priority
spends time waiting, for which the grader would grant it more. One such channel remains open: how
busy the machine is.

Source: the Linux kernel's documentation, *Seccomp BPF*.
"""

import ctypes
import platform
import struct

PR_SET_SECCOMP, MODE_FILTER = 22, 2
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL, KILL = 0x7FFF0000, 0x00050000, 0x80000000
EPERM, ENOSYS = 1, 38
# The offsets of what the filter inspects, in the kernel's `struct seccomp_data`.
NUMBER, ARCHITECTURE, FIRST_ARGUMENT, SECOND_ARGUMENT, THIRD_ARGUMENT = 0, 4, 16, 24, 32
# All flags of clone that create a namespace.
NEW_NAMESPACES = 0x7E020000
# Call numbers from here on belong to another ABI (x32) that the same kernel accepts.
FOREIGN_CALLS = 0x40000000

# With error number 0 the call is skipped and returns 0, as if it had succeeded.
PRETEND = FAIL

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE = {"x86_64": 56, "aarch64": 220}
# clone3 takes its flags from memory, where a filter cannot read them. Libraries fall back to clone
# where clone3 does not exist.
CLONE3 = 435
DENIED: dict[str, tuple[int, int]] = {
    # Memory and queues that belong neither to a process nor to a folder.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # Namespaces and mounts.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    # Access to other processes' memory.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    # Rarely used parts of the kernel.
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    # Notifications about files, which other sandboxes open too.
    "inotify_init": (253, 26),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
}
PRETENDED: dict[str, tuple[int, int]] = {
    "flock": (73, 32),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
}
# The kernel itself refuses a higher priority; setting a lower one only seems to succeed.
SETPRIORITY = {"x86_64": 141, "aarch64": 140}
NEGATIVE = 0x80000000
FCNTL = {"x86_64": 72, "aarch64": 25}
# F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW; F_SETLEASE, F_NOTIFY.
LOCKING, TELLING = (6, 7, 37, 38), (1024, 1026)


def program(machine: str) -> bytes:
    """The filter in the kernel's format for an architecture; empty for an unknown architecture."""
    if machine not in ARCHITECTURES:
        return b""
    column = list(ARCHITECTURES).index(machine)
    refuse = _step(RETURN, FAIL | EPERM)
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(JUMP_EQUAL, ARCHITECTURES[machine], then=1),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
        _step(JUMP_AT_LEAST, FOREIGN_CALLS, otherwise=1),
        refuse,
        _step(JUMP_EQUAL, CLONE3, otherwise=1),
        _step(RETURN, FAIL | ENOSYS),
    ]
    pretend = _step(RETURN, PRETEND)
    for numbers, result in [
        *((numbers, refuse) for numbers in DENIED.values()),
        *((numbers, pretend) for numbers in PRETENDED.values()),
    ]:
        steps += [_step(JUMP_EQUAL, numbers[column], otherwise=1), result]
    steps += _where(
        SETPRIORITY[machine],
        _step(LOAD, THIRD_ARGUMENT),
        _step(JUMP_AT_LEAST, NEGATIVE, then=1),
        pretend,
        _step(RETURN, ALLOW),
    )
    steps += _where(
        FCNTL[machine],
        _step(LOAD, SECOND_ARGUMENT),
        *[s for c in LOCKING for s in (_step(JUMP_EQUAL, c, otherwise=1), pretend)],
        *[s for c in TELLING for s in (_step(JUMP_EQUAL, c, otherwise=1), refuse)],
        _step(RETURN, ALLOW),
    )
    steps += [
        _step(JUMP_EQUAL, CLONE[machine], otherwise=3),
        _step(LOAD, FIRST_ARGUMENT),
        _step(JUMP_BITS, NEW_NAMESPACES, otherwise=1),
        refuse,
        _step(RETURN, ALLOW),
    ]
    return b"".join(steps)


def _where(call: int, *steps: bytes) -> list[bytes]:
    """Steps that run only for one system call; the last of them must return."""
    return [_step(JUMP_EQUAL, call, otherwise=len(steps)), *steps]


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction. A jump skips the next `then` or `otherwise` instructions."""
    return struct.pack("=HBBI", code, then, otherwise, value)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def apply(libc: ctypes.CDLL) -> int:
    """Put this process and its later children under the filter, irrevocably.

    Args:
        libc: the C library, loaded with `use_errno=True`.

    Returns:
        0 on success, also on an unknown architecture, which has no filter; -1 with errno set if the
        kernel refuses.
    """
    steps = program(platform.machine())
    if not steps:
        return 0
    memory = ctypes.create_string_buffer(steps, len(steps))
    filtered = _Program(len(steps) // 8, ctypes.cast(memory, ctypes.c_void_p))
    return libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(filtered), 0, 0)
