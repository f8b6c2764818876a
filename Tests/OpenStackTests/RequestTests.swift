import TestSupport
import Testing
import Trace

@testable import OpenStack

private let one = "2672332b-b870-49a9-bbeb-902381dffe38"
private let two = "f6cdf48b-825f-4eed-a73b-bdf0e4188dd7"
private let port = "0c184bd2-e0f1-44ed-b0e7-d75d79ec70d2"

private func instance(_ uuid: String, name: String = "vm-ok", _ more: [WireJSON.Member] = []) -> WireJSON {
    OsloBuilder.object(
        "Instance",
        .object(
            [.init("uuid", .string(uuid)), .init("display_name", .string(name)), .init("hostname", "host-name")] + more)
    )
}

@Suite struct `Requests` {
    @Test(arguments: [
        ("schedule_and_build_instances", "build_requests"), ("schedule_and_build_instances", "request_specs"),
        ("build_instances", "instances"), ("select_destinations", "instance_uuids"),
        ("select_destinations", "spec_obj"), ("select_destinations", "request_spec"), ("run_instance", "request_spec"),
        ("run_instance", "instance_uuid"), ("run_instance", "instance"), ("terminate_instance", "instance"),
        ("external_instance_event", "events"), ("instance_update", "instance_uuid"),
    ])
    func `instances are found where every era names them`(method: String, argument: String) {
        let spec = OsloBuilder.object("RequestSpec", ["instance_uuid": .string(one)])
        let requests: WireJSON = [
            "objects": [
                OsloBuilder.object("BuildRequest", ["instance_uuid": .string(one), "instance": instance(one)]),
                OsloBuilder.object("BuildRequest", ["instance_uuid": .string(two), "instance": instance(two)]),
            ]
        ]
        let values: [String: [WireJSON]] = [
            "build_requests": [OsloBuilder.object("BuildRequestList", requests)],
            "request_specs": [[spec]],
            "instances": [[instance(one), instance(two)]],
            "instance_uuids": [[.string(one), .string(two)]],
            "spec_obj": [spec],
            "request_spec": [
                ["instance_uuids": [.string(one)], "instance_type": [:]],
                ["instance_properties": ["uuid": .string(one), "display_name": "vm-ok"]], spec,
            ],
            "instance_uuid": [.string(one)],
            "instance": [instance(one), ["uuid": .string(one), "display_name": "vm-ok"], .string(one)],
            "events": [
                [
                    OsloBuilder.object(
                        "InstanceExternalEvent", ["instance_uuid": .string(one), "name": "network-changed"])
                ]
            ],
        ]
        for value in values[argument] ?? [] {
            let arguments = WireJSON.object([.init("x", nil), .init(argument, value)])
            for enveloped in [true, false] {
                let found = request(OsloBuilder.request(method, arguments, enveloped: enveloped))
                #expect(found?.instances.first == one)
            }
        }
        let built = OsloBuilder.request("m", ["build_requests": OsloBuilder.object("BuildRequestList", requests)])
        #expect(request(built)?.instances == [one, two])
        #expect(request(built)?.instanceName == "vm-ok")
    }

    @Test func `each server of a request has its own name`() {
        let servers = (0..<3).map { ("2672332b-b870-49a9-bbeb-90238100000\($0)", "vm\($0)") }
        let builds = servers.map { uuid, name in
            let instance = OsloBuilder.object("Instance", ["uuid": .string(uuid), "display_name": .string(name)])
            return OsloBuilder.object("BuildRequest", ["instance_uuid": .string(uuid), "instance": instance])
        }
        let list = OsloBuilder.object("BuildRequestList", ["objects": .array(builds)])
        let instances = servers.map { uuid, name in
            OsloBuilder.object("Instance", ["uuid": .string(uuid), "display_name": .string(name)])
        }
        for arguments: WireJSON in [["build_requests": list], ["instances": .array(instances)]] {
            let found = request(OsloBuilder.request("m", arguments))
            #expect(found?.instances == servers.map(\.0))
            #expect(found?.instanceName == "vm0")
            #expect(found?.otherNames.map(\.uuid) == servers.dropFirst().map(\.0))
            #expect(found?.otherNames.map(\.name) == ["vm1", "vm2"])
        }
    }

    @Test func `a server that the message names no name for has none, and the others keep theirs`() {
        let (one, two) = ("2672332b-b870-49a9-bbeb-902381000000", "2672332b-b870-49a9-bbeb-902381000001")
        let named = OsloBuilder.object("Instance", ["uuid": .string(two), "display_name": "名前"])
        let found = request(
            OsloBuilder.request("m", ["instances": [OsloBuilder.object("Instance", ["uuid": .string(one)]), named]]))
        #expect(found?.instances == [one, two])
        #expect(found?.instanceName == nil)
        #expect(found?.otherNames.map(\.name) == ["名前"])
    }

    @Test func `an integer id of Diablo is no uuid and no trap`() {
        #expect(request(OsloBuilder.request("run_instance", ["instance_id": 7, "instance": 7]))?.instances == [])
    }

    @Test func `a list of every instance of a host is about none of them`() {
        let body = OsloBuilder.request(
            "sync_instance_info", ["host_name": "compute1", "instance_uuids": [.string(one)]])
        #expect(request(body)?.instances == [])
        #expect(request(body)?.hostHints == [HostHint(service: "nova-compute", host: "compute1")])
    }

    @Test func `remote object methods are named by class and method`() {
        let save = OsloBuilder.request("object_action", OsloBuilder.objectAction("save", on: instance(one)))
        #expect(request(save)?.objectMethod == "Instance.save")
        #expect(request(save)?.instances == [one])
        for method in ["object_class_action_versions", "object_class_action"] {
            let start = OsloBuilder.request(
                method,
                OsloBuilder.classAction(
                    "InstanceActionEvent", "event_start", [.string(one), "compute__do_build_and_run_instance"],
                    keywords: ["want_result": false, "host": "compute1"]))
            #expect(request(start)?.objectMethod == "InstanceActionEvent.event_start")
            #expect(request(start)?.instances == [one])
            #expect(request(start)?.hostHints == [HostHint(service: "nova-compute", host: "compute1")])
        }
        let backport = OsloBuilder.request(
            "object_backport_versions", ["objinst": instance(one), "object_versions": [:]])
        #expect(request(backport)?.objectMethod == "Instance.backport")
        let mapping = OsloBuilder.object("BlockDeviceMapping", ["uuid": .string(two), "instance_uuid": .string(one)])
        let saved = OsloBuilder.request("object_action", OsloBuilder.objectAction("save", on: mapping))
        #expect(request(saved)?.instances == [one])
    }

    @Test func `uuids of other things are not taken for instances`() {
        let calls: [(String, String)] = [
            ("ComputeNode", "get_by_uuid"), ("InstanceGroup", "get_by_uuid"), ("Flavor", "get_by_flavor_id"),
        ]
        for (name, method) in calls {
            let body = OsloBuilder.request(
                "object_class_action_versions", OsloBuilder.classAction(name, method, [.string(one)]))
            #expect(request(body)?.instances == [])
        }
        for (name, method) in [
            ("InstanceGroup", "get_by_instance_uuid"), ("BlockDeviceMappingList", "get_by_instance_uuid"),
        ] {
            let body = OsloBuilder.request(
                "object_class_action_versions", OsloBuilder.classAction(name, method, [.string(one)]))
            #expect(request(body)?.instances == [one])
        }
    }

    @Test func `a save states what it sets, and only what is in it`() {
        func save(_ members: [WireJSON.Member], changes: [String], keywords: WireJSON = [:]) -> RPCRequest? {
            let object = OsloBuilder.object(
                "Instance", .object([.init("uuid", .string(one))] + members), changes: changes)
            return request(
                OsloBuilder.request("object_action", OsloBuilder.objectAction("save", on: object, keywords: keywords)))
        }
        let states: [WireJSON.Member] = [
            .init("vm_state", "active"), .init("task_state", nil), .init("power_state", 1), .init("host", "compute1"),
        ]
        let active = save(
            states, changes: ["launched_at", "power_state"], keywords: ["expected_task_state": "spawning"])
        #expect(
            active?.stateChange
                == StateChange(
                    instance: one, vmState: .some("active"), taskState: .none, powerState: .some("running"),
                    host: "compute1"))
        #expect(active?.expectedTaskStates == ["spawning"])
        #expect(save(states, changes: ["host", "node"])?.stateChange == nil)
        let power = save(states, changes: ["power_state"])?.stateChange
        #expect(power == StateChange(instance: one, powerState: .some("running"), host: "compute1"))
        let partly = save(
            [.init("task_state", "networking")], changes: ["task_state"],
            keywords: ["expected_task_state": ["scheduling", nil]])
        #expect(partly?.stateChange == StateChange(instance: one, taskState: .some("networking")))
        #expect(partly?.expectedTaskStates == ["scheduling", nil])
    }

    @Test func `instance_update of Grizzly to Juno states what it sets`() {
        let body = OsloBuilder.request(
            "instance_update",
            [
                "instance_uuid": .string(one), "updates": ["task_state": "spawning", "host": "c1"],
                "service": "compute",
            ],
            enveloped: false)
        #expect(
            request(body)?.stateChange == StateChange(instance: one, taskState: .some("spawning"), host: "c1"))
        let other = OsloBuilder.request("instance_update", ["instance_uuid": .string(one), "updates": ["progress": 1]])
        #expect(request(other)?.stateChange == nil)
    }

    @Test func `events carry their names and the ports they are about`() {
        func event(_ name: String, _ tag: String) -> WireJSON {
            OsloBuilder.object(
                "InstanceExternalEvent", ["instance_uuid": .string(one), "name": .string(name), "tag": .string(tag)])
        }
        let body = OsloBuilder.request(
            "external_instance_event",
            [
                "instances": [instance(one)],
                "events": [event("network-vif-plugged", port), event("volume-extended", two)],
            ])
        #expect(request(body)?.events.map(\.name) == ["network-vif-plugged", "volume-extended"])
        #expect(request(body)?.portIDs == [port])
        #expect(request(body)?.instances == [one])
    }

    @Test func `ports of neutron are found, and the instance that has them`() {
        let data: WireJSON = ["id": .string(port), "device_id": .string(one), "device_owner": "compute:nova"]
        let router: WireJSON = [
            "id": .string(port), "device_id": .string(two), "device_owner": "network:router_interface",
        ]
        let calls: [(WireJSON, [String])] = [
            (["resource_list": [OsloBuilder.object("Port", data, prefix: "versioned_object")]], [one]),
            (["port": data, "network_type": "local"], [one]), (["port": router], []),
            (["devices": [.string(port), "tap0c184bd2-e0"], "host": "c1"], []),
            (["devices_up": [], "devices_down": [.string(port)]], []), (["port_id": .string(port)], []),
            (["payload": ["port": data, "priority": 5]], [one]),
        ]
        for (arguments, instances) in calls {
            let found = request(OsloBuilder.request("m", arguments))
            #expect(found?.portIDs == [port])
            #expect(found?.instances == instances)
            #expect(found?.upPortIDs == [])
        }
        let lists: WireJSON = ["devices_up": [.string(port)], "devices_down": [.string(two)]]
        #expect(request(OsloBuilder.request("update_device_list", lists))?.upPortIDs == [port])
        let device: WireJSON = ["device": .string(port)]
        #expect(request(OsloBuilder.request("update_device_up", device))?.upPortIDs == [port])
        #expect(request(OsloBuilder.request("update_device_down", device))?.upPortIDs == [])
    }

    @Test func `a service says which it is and where it runs`() {
        func hints(_ method: String, _ arguments: WireJSON) -> [HostHint]? {
            request(OsloBuilder.request(method, arguments))?.hostHints
        }
        func save(_ name: String, _ data: WireJSON) -> WireJSON {
            OsloBuilder.objectAction("save", on: OsloBuilder.object(name, data))
        }
        let compute = [HostHint(service: "nova-compute", host: "compute1")]
        #expect(hints("object_action", save("Service", ["host": "compute1", "binary": "nova-compute"])) == compute)
        #expect(hints("object_action", save("ComputeNode", ["host": "compute1"])) == compute)
        #expect(hints("object_action", save("Instance", ["host": "compute1"])) == [])
        #expect(hints("update_instance_info", ["host_name": "compute1", "instance_info": [:]]) == compute)
        let agent: WireJSON = ["agent_state": ["agent_state": ["binary": "neutron-dhcp-agent", "host": "ctl1"]]]
        #expect(hints("report_state", agent) == [HostHint(service: "neutron-dhcp-agent", host: "ctl1")])
        let devices: WireJSON = ["devices_up": [], "agent_id": "ovs-agent-compute2", "host": "compute2"]
        #expect(
            hints("update_device_list", devices)
                == [HostHint(service: "neutron-openvswitch-agent", host: "compute2")])
        #expect(
            hints("update_service_capabilities", ["service_name": "volume", "host": "ctl1@lab"])
                == [HostHint(service: "cinder-volume", host: "ctl1@lab")])
        #expect(
            hints("update_service_capabilities", ["service_name": "share", "host": "ctl1@lab"])
                == [HostHint(service: "manila-share", host: "ctl1@lab")])
        #expect(hints("stop_instance", ["host": "compute1", "instance": instance(one)]) == [])
    }

    @Test func `a rescheduled build says what was tried, without secrets`() {
        let body = OsloBuilder.request(
            "build_instances",
            [
                "instances": [instance(one)],
                "filter_properties": [
                    "retry": [
                        "num_attempts": 2, "hosts": [["compute1", "node1"]], "exc": [],
                        "exc_reason": "failed: password=hunter2",
                    ]
                ],
            ])
        #expect(
            request(body)?.retry
                == BuildRetry(attempts: 2, hosts: ["compute1"], reason: "failed: password=***"))
    }

    @Test func `a fault of an instance says what it is, without traceback and secrets`() {
        let data: WireJSON = [
            "instance_uuid": .string(one), "code": 500, "host": "compute1", "details": "  File \"manager.py\"",
            "message": "Unable to mount: password=hunter2\nTraceback (most recent call last):\n  File \"a.py\"",
        ]
        let object = OsloBuilder.object("InstanceFault", data, changes: ["message", "code"])
        let found = request(OsloBuilder.request("object_action", OsloBuilder.objectAction("create", on: object)))
        #expect(found?.fault == ReportedFault(message: "Unable to mount: password=***"))
        #expect(found?.instances == [one])
        // A message of another object is none.
        let other = OsloBuilder.object("InstanceAction", data)
        let action = request(OsloBuilder.request("object_action", OsloBuilder.objectAction("create", on: other)))
        #expect(action != nil && action?.fault == nil)
    }

    @Test func `the end of an action's event says which exception ended it, and nothing where none did`() {
        func finish(_ exception: WireJSON) -> RPCRequest? {
            request(
                OsloBuilder.request(
                    "object_class_action_versions",
                    OsloBuilder.classAction(
                        "InstanceActionEvent", "event_finish_with_failure",
                        [.string(one), "compute_reboot_instance"],
                        keywords: ["exc_val": exception, "exc_tb": exception, "want_result": false])))
        }
        #expect(finish("Timed out")?.fault == ReportedFault(message: "Timed out"))
        #expect(finish("Timed out")?.instances == [one])
        for nothing: WireJSON in [.null, "", " \n", 7, ["message": "x"]] {
            let found = finish(nothing)
            #expect(found?.objectMethod == "InstanceActionEvent.event_finish_with_failure")
            #expect(found?.fault == nil)
        }
    }

    @Test func `details are made only when asked for, in the order of the wire`() {
        let body = OsloBuilder.request("m", ["b": 1, "a": [nil, true, "x\n"], "c": .number("NaN")], uniqueID: "u")
        #expect(request(body)?.detail == nil)
        let arguments = request(body, detail: .args)
        #expect(arguments?.detail == #"{"b": 1, "a": [null, true, "x\n"], "c": "NaN"}"#)
        #expect(arguments?.argumentNames == ["b", "a", "c"])
        #expect(request(body, detail: .full)?.detail?.hasPrefix(#"{"method": "m", "args": {"b": 1"#) == true)
        #expect(request(body, detail: .full)?.detail?.hasSuffix(#""_unique_id": "u"}"#) == true)
        #expect(reply(OsloBuilder.reply(result: "x"), detail: .args)?.detail == #""x""#)
        #expect(reply(OsloBuilder.reply(result: true), detail: .args)?.detail == "true")
        #expect(reply(OsloBuilder.reply(result: 17), detail: .args)?.detail == "17")
    }
}

@Suite struct `Notifications` {
    @Test func `both formats tell instance, name, host and states`() {
        let legacy = notification(
            OsloBuilder.notification(
                "compute.instance.update",
                payload: [
                    "instance_id": .string(one), "display_name": "vm-ok", "host": "compute1", "state": "building",
                    "state_description": "networking", "old_state": "building", "new_task_state": "networking",
                ], priority: "info"))
        let versioned = notification(
            OsloBuilder.notification(
                "instance.update",
                payload: OsloBuilder.object(
                    "InstanceUpdatePayload",
                    [
                        "state_update": OsloBuilder.object(
                            "InstanceStateUpdatePayload",
                            ["old_state": "building", "state": "building", "new_task_state": "networking"]),
                        "uuid": .string(one), "display_name": "vm-ok", "host": "compute1", "power_state": "pending",
                    ])))
        for found in [legacy, versioned] {
            #expect(found?.instances == [one])
            #expect(found?.instanceName == "vm-ok")
            #expect(found?.payloadHost == "compute1")
            #expect(found?.priority == "INFO")
            #expect(found?.stateChange?.vmState == .some("building"))
            #expect(found?.stateChange?.taskState == .some("networking"))
        }
        #expect(legacy?.stateChange?.powerState == .unknown)
        #expect(versioned?.stateChange?.powerState == .some("pending"))
    }

    @Test func `an error tells its exception in every format, and only an error does`() {
        func fault(_ payload: WireJSON, priority: String = "ERROR") -> ReportedFault? {
            let body = OsloBuilder.notification("compute.instance.create.error", payload: payload, priority: priority)
            return notification(body)?.fault
        }
        func versioned(_ key: String) -> WireJSON {
            let exception = OsloBuilder.object(
                "ExceptionPayload",
                [
                    "exception": "NoValidHost_Remote", "module_name": "m", "function_name": "f", "traceback": "t",
                    "exception_message": "No valid host. \nTraceback (most recent call last):\n\n  File \"m.py\"",
                ])
            return OsloBuilder.object(
                "InstanceCreatePayload", .object([.init("uuid", .string(one)), .init(key, exception)]))
        }
        let expected = ReportedFault(className: "NoValidHost", message: "No valid host. ")
        #expect(fault(versioned("fault")) == expected)
        #expect(fault(versioned("reason")) == expected)
        #expect(fault(["message": "Disk full", "code": 500]) == ReportedFault(message: "Disk full"))
        #expect(fault(["reason": "Disk full"]) == ReportedFault(message: "Disk full"))
        #expect(fault(["message": "Disk full"], priority: "INFO") == nil)
        #expect(fault(["reason": "{'message': 'No valid host. ', 'class': 'NoValidHost_Remote'}"]) == nil)
        #expect(fault(OsloBuilder.object("InstanceCreatePayload", ["fault": .null])) == nil)
    }

    @Test func `the end of an action states what it left, its start nothing`() {
        let payload: WireJSON = ["instance_id": .string(one), "state": "active", "state_description": ""]
        let end = notification(OsloBuilder.notification("compute.instance.reboot.end", payload: payload))
        #expect(end?.stateChange == StateChange(instance: one, vmState: .some("active"), taskState: .none))
        let start = notification(OsloBuilder.notification("compute.instance.reboot.start", payload: payload))
        #expect(start?.stateChange == nil)
    }

    @Test func `the uuid of a keypair or a service is no instance`() {
        let payload = OsloBuilder.object("ServiceStatusPayload", ["uuid": .string(one), "host": "c1"])
        #expect(notification(OsloBuilder.notification("service.update", payload: payload))?.instances == [])
    }

    @Test func `a port's events tell the port and the instance`() {
        let payload: WireJSON = [
            "port": ["id": .string(port), "device_id": .string(one), "device_owner": "compute:nova"]
        ]
        let found = notification(OsloBuilder.notification("port.create.end", payload: payload, enveloped: false))
        #expect(found?.portIDs == [port])
        #expect(found?.instances == [one])
    }

    @Test func `power states are numbers in RPC and names in notifications`() {
        #expect(PowerState.name(4) == "shutdown")
        #expect(PowerState.number("suspended") == 7)
        #expect(PowerState.name(99) == nil)
        #expect(PowerState.number("?") == nil)
    }
}
