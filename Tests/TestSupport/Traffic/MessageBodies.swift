/// The bodies that pass on the bus, as large as those of a real cloud (`captures/`): a save of an instance 9 kB, a build
/// 20 kB, an answer 1 to 9 kB.
enum MessageBodies {
    private typealias Slot = BodyTemplate.Slot

    static let save = call(
        "object_action",
        OsloBuilder.objectAction(
            "save", on: instance, keywords: ["expected_task_state": ["scheduling", nil], "admin_state_reset": false]))
    static let saveReply = reply([instanceChanges, .object([.init("vm_state", "building"), .init("node", "node1")])])

    static let load = call(
        "object_class_action_versions",
        OsloBuilder.classAction(
            "Instance", "get_by_uuid", [text(.instance)], keywords: ["expected_attrs": ["info_cache", "flavor"]]))
    static let loadReply = reply(instance)

    static let select = call(
        "select_destinations",
        [
            "spec_obj": requestSpec, "instance_uuids": [text(.instance)], "return_objects": true,
            "return_alternates": true,
        ])
    static let selectReply = reply([
        .array(
            (1...3).map {
                OsloBuilder.object("Selection", ["service_host": .string("compute\($0)"), "limits": limits])
            })
    ])

    static let build = request(
        "build_and_run_instance",
        [
            "instance": instance, "image": image, "request_spec": requestSpec,
            "filter_properties": [
                "retry": ["num_attempts": 1, "hosts": [["compute1", "compute1"]]], "limits": limits,
            ],
            "admin_password": "secret", "injected_files": [], "requested_networks": networks, "node": "compute1",
            "limits": limits, "host_list": [limits, limits], "accel_uuids": [],
        ])

    static let event = request(
        "external_instance_event",
        [
            "instances": [instance],
            "events": [
                OsloBuilder.object(
                    "InstanceExternalEvent",
                    ["instance_uuid": text(.instance), "name": "network-vif-plugged", "status": "completed"])
            ],
        ])

    static let inventory = request(
        "update_instance_info",
        [
            "host_name": "compute1",
            "instance_info": OsloBuilder.object("InstanceList", ["objects": [instance]]),
        ])

    static let notification = notification(
        "compute.instance.update", publisher: "compute.compute1", payload: flatPayload)
    static let versionedNotification = notification(
        "instance.update", publisher: "nova-compute:compute1",
        payload: OsloBuilder.object("InstanceUpdatePayload", flatPayload))

    // MARK: Messages of one size

    /// A value: a call with its answer, and a cast, all of one size.
    struct Even: Sendable {
        let call: BodyTemplate
        let reply: BodyTemplate
        let cast: BodyTemplate
    }

    /// Bodies of so many bytes.
    static func even(of size: Int) -> Even {
        Even(
            call: padded(to: size) { padding in
                call(
                    "object_class_action_versions",
                    OsloBuilder.classAction(
                        "Instance", "get_by_uuid", [text(.instance)], keywords: ["expected_attrs": [.string(padding)]]))
            },
            reply: padded(to: size) { padding in
                reply(OsloBuilder.object("Instance", ["uuid": text(.instance), "user_data": .string(padding)]))
            },
            cast: padded(to: size) { padding in
                request(
                    "reboot_instance",
                    [
                        "instance": OsloBuilder.object(
                            "Instance", ["uuid": text(.instance), "user_data": .string(padding)]),
                        "block_device_info": nil, "reboot_type": "SOFT",
                    ])
            })
    }

    /// The smallest that a service would send: no context, no arguments, not in an envelope.
    static let smallest = Even(
        call: BodyTemplate(
            OsloBuilder.request(
                "ping", messageID: Slot.messageID.rawValue, replyQueue: "reply_" + Slot.replyQueue.rawValue,
                uniqueID: Slot.uniqueID.rawValue, enveloped: false)),
        reply: BodyTemplate(
            OsloBuilder.reply(
                messageID: Slot.messageID.rawValue, uniqueID: Slot.uniqueID.rawValue, enveloped: false),
            isAnswer: true),
        cast: BodyTemplate(OsloBuilder.request("ping", uniqueID: Slot.uniqueID.rawValue, enveloped: false)))

    private static func padded(to size: Int, _ body: (String) -> BodyTemplate) -> BodyTemplate {
        body(String(repeating: "A", count: max(0, size - body("").bytes.count)))
    }

    // MARK: Kinds of message

    private static func text(_ slot: Slot) -> WireJSON { .string(slot.rawValue) }

    private static func request(_ method: String, _ arguments: WireJSON) -> BodyTemplate {
        BodyTemplate(
            OsloBuilder.request(
                method, arguments, version: "6.0", uniqueID: Slot.uniqueID.rawValue, context: context))
    }

    private static func call(_ method: String, _ arguments: WireJSON) -> BodyTemplate {
        BodyTemplate(
            OsloBuilder.request(
                method, arguments, version: "3.0", messageID: Slot.messageID.rawValue,
                replyQueue: "reply_" + Slot.replyQueue.rawValue, uniqueID: Slot.uniqueID.rawValue, context: context))
    }

    private static func reply(_ result: WireJSON) -> BodyTemplate {
        BodyTemplate(
            OsloBuilder.reply(
                result: result, messageID: Slot.messageID.rawValue, uniqueID: Slot.uniqueID.rawValue),
            isAnswer: true)
    }

    private static func notification(_ event: String, publisher: String, payload: WireJSON) -> BodyTemplate {
        BodyTemplate(
            OsloBuilder.notification(
                event, payload: payload, publisherID: publisher, uniqueID: Slot.uniqueID.rawValue,
                context: OsloBuilder.context(requestID: "req-" + Slot.requestID.rawValue, userID: user)))
    }
}

/// What stands in them.
extension MessageBodies {
    private static let user = "e82f998334d74735bc088e6819f474d5"
    private static let project = "16429dd16ced482f912c25d75426bf9c"
    private static let image: WireJSON = [
        "id": "f42e5104-18af-473e-85ef-295ef1039c84", "name": "debian-12-generic", "status": "active", "min_disk": 1,
        "checksum": "4b2d4e0e1a7a2b3c9c3b4cf8d9e0a1b2", "size": 2_147_483_648, "container_format": "bare",
        "disk_format": "raw", "owner": .string(project), "created_at": "2026-11-23T16:59:02.000000",
        "properties": ["hw_disk_bus": "virtio", "hw_vif_model": "virtio", "os_distro": "debian"],
    ]
    private static let limits: WireJSON = OsloBuilder.object(
        "SchedulerLimits", ["numa_topology": nil, "vcpu": 64, "disk_gb": 900, "memory_mb": 262_144])

    private static let context: [WireJSON.Member] =
        OsloBuilder.context(requestID: "req-" + BodyTemplate.Slot.requestID.rawValue, userID: user, isAdmin: true) + [
            .init("_context_project_id", .string(project)),
            .init("_context_roles", ["reader", "member", "admin"]),
            .init("_context_user_identity", .string("\(user) \(project) - default default")),
            .init("_context_auth_token", .string("gAAAAABr" + String(repeating: "Qx7-", count: 42))),
            .init("_context_remote_address", "10.0.0.21"), .init("_context_read_deleted", "no"),
            .init("_context_timestamp", "2026-11-23T17:08:24.680062"), .init("_context_quota_class", nil),
            .init("_context_user_name", "admin"), .init("_context_project_name", "admin"),
            .init(
                "_context_service_catalog",
                .array(
                    [("network", 9696), ("placement", 8778), ("volumev3", 8776), ("image", 9292), ("identity", 5000)]
                        .map(catalogEntry))),
        ]

    private static func catalogEntry(_ type: String, _ port: Int) -> WireJSON {
        let url = WireJSON.string("http://controller.example:\(port)/v3/\(project)")
        return [
            "type": .string(type), "name": .string(type),
            "endpoints": [["region": "RegionOne", "publicURL": url, "internalURL": url]],
        ]
    }

    private static let flavor = OsloBuilder.object(
        "Flavor",
        [
            "id": 1, "name": "m1.small", "memory_mb": 2048, "vcpus": 2, "root_gb": 20, "ephemeral_gb": 0,
            "flavorid": "351988bc-b084-4a16-bcb4-89c8fbf74882", "swap": 0, "rxtx_factor": 1, "vcpu_weight": 0,
            "disabled": false, "is_public": true,
            "extra_specs": ["hw:cpu_policy": "shared", "hw:mem_page_size": "any"],
            "description": nil, "created_at": "2026-11-23T17:04:25Z", "updated_at": nil, "deleted_at": nil,
        ])

    private static let networkInfo: WireJSON = [
        [
            "id": "41a788d8-b4e4-4902-93c9-b937f7a5ef39", "address": "fa:16:3e:20:39:69", "type": "ovs",
            "network": [
                "id": "cf8bce73-5fb3-45ef-b1dd-fd10ac8f34f3", "bridge": "br-int", "label": "net1",
                "subnets": [
                    [
                        "cidr": "10.11.0.0/24", "dns": [],
                        "gateway": ["address": "10.11.0.1", "type": "gateway", "version": 4, "meta": [:]],
                        "ips": [
                            [
                                "address": "10.11.0.16", "type": "fixed", "version": 4, "meta": [:],
                                "floating_ips": [],
                            ]
                        ], "routes": [], "version": 4, "meta": ["dhcp_server": "10.11.0.2"],
                    ]
                ], "meta": ["injected": false, "tenant_id": .string(project), "mtu": 1450, "tunneled": true],
            ],
            "details": [
                "connectivity": "l2", "port_filter": true, "ovs_hybrid_plug": false, "datapath_type": "system",
            ],
            "devname": "tap41a788d8-b4", "ovs_interfaceid": "41a788d8-b4e4-4902-93c9-b937f7a5ef39", "active": false,
            "vnic_type": "normal", "profile": [:], "preserve_on_delete": false, "meta": [:],
        ]
    ]

    private static let networks = OsloBuilder.object(
        "NetworkRequestList",
        ["objects": [OsloBuilder.object("NetworkRequest", ["network_id": "cf8bce73-5fb3-45ef-b1dd-fd10ac8f34f3"])]])

    private static let instanceChanges: WireJSON = [
        "vm_state": "building", "task_state": "spawning", "host": "compute1", "node": "compute1",
        "updated_at": "2026-11-23T17:26:48Z", "info_cache": .string(networkInfo.text),
        "obj_what_changed": ["task_state", "updated_at"],
    ]

    private static let systemMetadata: WireJSON = [
        "image_owner_specified.openstack.md5": "", "image_owner_specified.openstack.sha256": "",
        "image_owner_specified.openstack.object": "images/debian-12-generic", "image_min_ram": "0",
        "image_min_disk": "20", "image_disk_format": "raw", "image_container_format": "bare",
        "image_base_image_ref": "f42e5104-18af-473e-85ef-295ef1039c84", "owner_user_name": "admin",
        "owner_project_name": "admin", "boot_roles": "reader,member,admin",
    ]

    private static let instance = OsloBuilder.object(
        "Instance",
        [
            "id": 51, "user_id": .string(user), "project_id": .string(project),
            "image_ref": "f42e5104-18af-473e-85ef-295ef1039c84", "kernel_id": "", "ramdisk_id": "",
            "hostname": "vm-of-the-benchmark", "launch_index": 0, "key_name": "k1",
            "key_data": .string(
                "ssh-rsa " + String(repeating: "AAAAB3NzaC1yc2EAAAADAQABAAABAQDo", count: 11) + " k1\n"),
            "power_state": 0, "vm_state": "building", "task_state": "spawning", "memory_mb": 2048, "vcpus": 2,
            "root_gb": 20, "ephemeral_gb": 0, "host": "compute1", "node": "compute1", "instance_type_id": 1,
            "user_data": .string(String(repeating: "I2Nsb3VkLWNvbmZpZwpwYWNrYWdlczo", count: 40)),
            "reservation_id": "r-cd4ksxhd", "launched_at": nil, "terminated_at": nil, "availability_zone": "nova",
            "display_name": "vm-of-the-benchmark", "display_description": "a server that nobody needs",
            "launched_on": "compute1", "locked": false, "locked_by": nil, "os_type": nil, "architecture": nil,
            "uuid": .string(BodyTemplate.Slot.instance.rawValue), "root_device_name": "/dev/vda", "config_drive": "",
            "default_ephemeral_device": nil, "auto_disk_config": false, "progress": 0, "cell_name": nil,
            "metadata": ["purpose": "benchmark"], "system_metadata": systemMetadata,
            "info_cache": OsloBuilder.object(
                "InstanceInfoCache",
                [
                    "instance_uuid": .string(BodyTemplate.Slot.instance.rawValue),
                    "network_info": .string(networkInfo.text), "created_at": "2026-11-23T17:26:44Z", "deleted": false,
                ]),
            "cleaned": false, "flavor": flavor, "old_flavor": nil, "new_flavor": nil, "hidden": false,
            "created_at": "2026-11-23T17:26:44Z", "updated_at": "2026-11-23T17:26:48Z", "deleted": false,
        ], changes: ["task_state", "vm_state", "power_state"])

    private static let requestSpec = OsloBuilder.object(
        "RequestSpec",
        [
            "instance_uuid": .string(BodyTemplate.Slot.instance.rawValue), "image": image, "flavor": flavor,
            "project_id": .string(project), "user_id": .string(user), "num_instances": 1, "availability_zone": "nova",
            "limits": limits, "requested_networks": networks, "scheduler_hints": [:], "is_bfv": false,
            "security_groups": ["objects": [["uuid": nil, "name": "default"]]], "requested_resources": [],
        ])

    private static let flatPayload: WireJSON = [
        "tenant_id": .string(project), "user_id": .string(user),
        "instance_id": .string(BodyTemplate.Slot.instance.rawValue),
        "uuid": .string(BodyTemplate.Slot.instance.rawValue),
        "display_name": "vm-of-the-benchmark", "hostname": "vm-of-the-benchmark", "host": "compute1",
        "node": "compute1", "instance_type": "m1.small", "state": "building", "state_description": "spawning",
        "old_state": "building", "new_task_state": "spawning", "old_task_state": "networking", "memory_mb": 2048,
        "image_ref_url": "http://controller.example:9292/images/f42e5104-18af-473e-85ef-295ef1039c84",
        "image_meta": systemMetadata, "metadata": [:], "bandwidth": [:], "progress": "",
        "audit_period_beginning": "2026-11-23T17:00:00.000000", "audit_period_ending": "2026-11-23T17:26:44.401911",
    ]
}
