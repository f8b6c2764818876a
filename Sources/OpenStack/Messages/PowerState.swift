/// Nova's power states, which are numbers in RPC and names in versioned notifications.
package enum PowerState {
    /// The name for a number (nova objects/fields.py, `InstancePowerState`; 2, 5, 8 and 9 as up to Folsom).
    package static func name(_ number: Int) -> String? {
        switch number {
        case 0: "pending"
        case 1: "running"
        case 2: "blocked"
        case 3: "paused"
        case 4: "shutdown"
        case 5: "shutoff"
        case 6: "crashed"
        case 7: "suspended"
        case 8: "failed"
        case 9: "building"
        default: nil
        }
    }

    /// The number for a name.
    package static func number(_ name: String) -> Int? {
        (0...9).first { self.name($0) == name }
    }
}
