import CSeccomp
import Glibc

/// A value: the system calls that a process can still make once it is confined (seccomp(2)).
///
/// Any other is refused with `EPERM` and does nothing; nobody is killed for one, so that a call that a later C library
/// makes in passing does not end an operator's capture. `clone3` is refused with `ENOSYS`: its arguments cannot be
/// looked at, and the C library then starts its threads with `clone`.
struct SystemCallFilter {
    /// A call that is allowed, where all conditions hold.
    struct Rule {
        let name: String
        var conditions: [Condition] = []
    }

    /// What the bits of an argument must be.
    struct Condition {
        let argument: UInt32
        var mask: UInt64 = .max
        let value: UInt64
    }

    let rules: [Rule]

    /// Confines this thread and those that it starts: no other may run yet.
    ///
    /// - Throws: where the kernel has no filters; nothing is confined then.
    func enter() throws(CaptureError) {
        guard let filter = seccomp_init(rights_refuse_with(EPERM)) else { throw .unconfined(ENOMEM) }
        defer { seccomp_release(filter) }
        try add("clone3", rights_refuse_with(ENOSYS), [], to: filter)
        for rule in rules { try add(rule.name, rights_allow(), rule.conditions, to: filter) }
        let result = seccomp_load(filter)
        guard result == 0 else { throw .unconfined(-result) }
    }

    private func add(
        _ name: String, _ action: UInt32, _ conditions: [Condition], to filter: scmp_filter_ctx
    ) throws(CaptureError) {
        let number = seccomp_syscall_resolve_name(name)
        // Not every call is there on every machine, nor known to every release of the library.
        guard number >= 0 else { return }
        let comparisons = conditions.map { condition in
            scmp_arg_cmp(
                arg: condition.argument, op: SCMP_CMP_MASKED_EQ, datum_a: condition.mask, datum_b: condition.value)
        }
        let result = seccomp_rule_add_array(filter, action, number, UInt32(comparisons.count), comparisons)
        guard result == 0 else { throw .unconfined(-result) }
    }
}

extension SystemCallFilter.Rule: ExpressibleByStringLiteral {
    init(stringLiteral name: String) { self.init(name: name) }

    init(_ name: String, _ conditions: SystemCallFilter.Condition...) {
        self.init(name: name, conditions: conditions)
    }
}

extension CaptureError {
    static func unconfined(_ error: Int32) -> CaptureError {
        CaptureError(
            .notPermitted, path: "",
            "novatrace cannot confine itself to the system calls that it needs: --no-sandbox does without",
            cause: String(cString: strerror(error)))
    }
}
