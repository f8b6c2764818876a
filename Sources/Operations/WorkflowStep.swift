import Trace

extension Workflow {
    /// A value: one step: who acts, whom it reaches, and what proves that it was done.
    package struct Step: Sendable {
        /// A value: what is peculiar to a step; nothing where it is done once, in its turn.
        package struct Traits: OptionSet, Sendable {
            package let rawValue: Int

            package init(rawValue: Int) { self.rawValue = rawValue }

            /// Not every release, configuration and request has it.
            package static let optional = Traits(rawValue: 1)
            /// It goes on beside its neighbours, so it says nothing about how far they are.
            package static let parallel = Traits(rawValue: 2)
            /// It is done anew on each host that is tried; the last host's counts, and a failure there may be made good.
            package static let eachHost = Traits(rawValue: 4)
        }

        package var name: String
        package var actor: Role
        package var target: Role
        package var proof: Proof
        package var traits: Traits

        package init(_ name: String, _ actor: Role, to target: Role, _ proof: Proof, _ traits: Traits = []) {
            self.name = name
            self.actor = actor
            self.target = target
            self.proof = proof
            self.traits = traits
        }

        package var isOptional: Bool { traits.contains(.optional) }
        package var isParallel: Bool { traits.contains(.parallel) }
        package var isDoneOnEachHost: Bool { traits.contains(.eachHost) }
    }

    /// A value: who acts in a step or is reached by it.
    package enum Role: Sendable {
        case api, conductor, scheduler, network
        /// The compute of the instance, and where it moves, those of both hosts.
        case compute, source, destination

        /// The service's name, as on lanes.
        package var service: String {
            switch self {
            case .api: "nova-api"
            case .conductor: "nova-conductor"
            case .scheduler: "nova-scheduler"
            case .network: "neutron-server"
            case .compute, .source, .destination: "nova-compute"
            }
        }

        package var isCompute: Bool { service == "nova-compute" }
    }

    /// A value: what on the wire proves that a step was done.
    package enum Proof: Sendable {
        /// A request that somebody took and, if it is a call, answered without failure.
        case request(Pattern)
        /// A save of one of these task states, confirmed.
        case taskState(Set<String>)
        /// A save of one of these states with no task under way, confirmed.
        case vmState(Set<String>)
        /// A save that says that no task is under way any more, confirmed, after one of these task states was saved, or where
        /// it holds for one of them only (`expected_task_state`).
        case taskDone(after: Set<String>)
        /// An `external_instance_event` of that name, taken.
        case event(String)
    }
}
