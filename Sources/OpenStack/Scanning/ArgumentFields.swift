import Bytes

/// A machine that finds in the arguments of a request what they say about instances, ports, hosts and states.
///
/// It goes by the arguments' names, not by the method, which may stand behind them: nova, neutron and cinder give the
/// same things the same names, in every era (nova compute/rpcapi.py, neutron agent/rpc.py).
struct ArgumentFields {
    var instanceUUID = JSONSlot()
    var objectName = JSONSlot()
    var objectMethod = JSONSlot()
    var host = JSONSlot()
    var hostName = JSONSlot()
    var agentID = JSONSlot()
    var serviceName = JSONSlot()
    var backend = JSONSlot()
    var portID = JSONSlot()
    var device = JSONSlot()
    /// `recreate` of a `rebuild_instance`, or `evacuate`, as it is called since 2023.
    var evacuation = JSONSlot()

    var keywordHost = JSONSlot()
    var keywordInstanceUUID = JSONSlot()
    var keywordException = JSONSlot()
    var hasExpectedTaskState = false

    var agentBinary = JSONSlot()
    var agentHost = JSONSlot()

    var hasRetry = false
    var retryAttempts = JSONSlot()
    var retryReason = JSONSlot()

    /// Reads the members of the object that `scanner` has stepped into.
    ///
    /// - Parameter isOutline: reads no more than what the sender tells of itself, and which object it works on.
    mutating func scan(
        _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues, isOutline: Bool
    ) {
        while let key = scanner.nextKey(text) {
            read(key, &scanner, text, &noted, isOutline)
        }
    }

    private mutating func read(
        _ key: JSONSlot, _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues, _ isOutline: Bool
    ) {
        let count = key.textCount(text)
        if let role = Self.objects(key, count, text) {
            if isOutline, role != .objectInstance, role != .service {
                scanner.skipValue(text)
            } else {
                noted.readObjects(role, &scanner, text)
            }
            return
        }
        switch count {
        case 4 where key.equals("args", text): readClassArguments(&scanner, text, &noted)
        case 4 where key.equals("host", text): host = scanner.readValue(text)
        case 6 where key.equals("kwargs", text): readKeywords(&scanner, text, &noted)
        case 6 where key.equals("device", text): device = scanner.readValue(text)
        case 7 where key.equals("objname", text): objectName = scanner.readValue(text)
        case 7 where !isOutline && key.equals("payload", text): readPortPayload(&scanner, text, &noted)
        case 7 where key.equals("port_id", text): portID = scanner.readValue(text)
        case 7 where key.equals("backend", text): backend = scanner.readValue(text)
        case 8 where key.equals("agent_id", text): agentID = scanner.readValue(text)
        case 8 where key.equals("recreate", text) || key.equals("evacuate", text):
            evacuation = scanner.readValue(text)
        case 9 where key.equals("objmethod", text): objectMethod = scanner.readValue(text)
        case 9 where key.equals("host_name", text): hostName = scanner.readValue(text)
        case 11 where key.equals("agent_state", text): readAgentState(&scanner, text)
        case 12 where key.equals("service_name", text): serviceName = scanner.readValue(text)
        case 13 where key.equals("instance_uuid", text): instanceUUID = scanner.readValue(text)
        case 14 where !isOutline && key.equals("instance_uuids", text):
            noted.removeAll { $0 == .instanceUUID }
            noted.readTexts(.instanceUUID, &scanner, text)
        case 17 where !isOutline && key.equals("filter_properties", text):
            readFilterProperties(&scanner, text, &noted)
        default:
            if !isOutline, let role = Self.devices(key, count, text) {
                noted.removeAll { $0 == role }
                noted.readTexts(role, &scanner, text)
            } else {
                scanner.skipValue(text)
            }
        }
    }

    private static func objects(_ key: JSONSlot, _ count: Int, _ text: RawSpan) -> NotedRole? {
        switch count {
        case 4 where key.equals("port", text): .port
        case 6 where key.equals("events", text): .event
        case 7 where key.equals("objinst", text): .objectInstance
        case 7 where key.equals("updates", text): .updates
        case 7 where key.equals("service", text): .service
        case 8 where key.equals("instance", text): .instance
        case 8 where key.equals("spec_obj", text): .specObject
        case 9 where key.equals("instances", text): .instances
        case 12 where key.equals("request_spec", text): .requestSpec
        case 13 where key.equals("request_specs", text): .requestSpecs
        case 13 where key.equals("resource_list", text): .resource
        case 13 where key.equals("instance_info", text): .instanceInfo
        case 14 where key.equals("build_requests", text): .buildRequest
        default: nil
        }
    }

    /// The lists of ports of neutron's agents.
    private static func devices(_ key: JSONSlot, _ count: Int, _ text: RawSpan) -> NotedRole? {
        switch count {
        case 5 where key.equals("ports", text): .listedPort
        case 7 where key.equals("devices", text): .device
        case 10 where key.equals("devices_up", text): .deviceUp
        case 12 where key.equals("devices_down", text): .deviceDown
        default: nil
        }
    }

    /// The positional arguments of an object's class method; a first one that is a list is looked into.
    private func readClassArguments(_ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues) {
        noted.removeAll { $0 == .classArgument || $0 == .classArgumentListed }
        guard scanner.beginArray(text) else {
            scanner.skipValue(text)
            return
        }
        var isFirst = true
        while scanner.nextElement(text) {
            if isFirst, scanner.peek(text) == .openBracket {
                noted.readTexts(.classArgumentListed, &scanner, text)
            } else {
                noted.append(.classArgument, scanner.readValue(text))
            }
            isFirst = false
        }
    }

    private mutating func readKeywords(
        _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues
    ) {
        keywordHost = JSONSlot()
        keywordInstanceUUID = JSONSlot()
        keywordException = JSONSlot()
        hasExpectedTaskState = false
        noted.removeAll { $0 == .expectedTaskState }
        guard scanner.beginObject(text) else {
            scanner.skipValue(text)
            return
        }
        while let key = scanner.nextKey(text) {
            switch key.textCount(text) {
            case 4 where key.equals("host", text): keywordHost = scanner.readValue(text)
            case 7 where key.equals("exc_val", text): keywordException = scanner.readValue(text)
            case 13 where key.equals("instance_uuid", text): keywordInstanceUUID = scanner.readValue(text)
            case 19 where key.equals("expected_task_state", text):
                hasExpectedTaskState = true
                noted.removeAll { $0 == .expectedTaskState }
                if scanner.peek(text) == .openBracket {
                    noted.readTexts(.expectedTaskState, &scanner, text)
                } else {
                    noted.append(.expectedTaskState, scanner.readValue(text))
                }
            default: scanner.skipValue(text)
            }
        }
    }

    /// `agent_state` holds the state under its own name again, beside the time (neutron agent/rpc.py, `report_state`).
    private mutating func readAgentState(_ scanner: inout JSONScanner, _ text: RawSpan) {
        agentBinary = JSONSlot()
        agentHost = JSONSlot()
        guard scanner.beginObject(text) else {
            scanner.skipValue(text)
            return
        }
        while let key = scanner.nextKey(text) {
            guard key.equals("agent_state", text) else {
                scanner.skipValue(text)
                continue
            }
            agentBinary = JSONSlot()
            agentHost = JSONSlot()
            guard scanner.beginObject(text) else {
                scanner.skipValue(text)
                continue
            }
            while let key = scanner.nextKey(text) {
                if key.equals("binary", text) {
                    agentBinary = scanner.readValue(text)
                } else if key.equals("host", text) {
                    agentHost = scanner.readValue(text)
                } else {
                    scanner.skipValue(text)
                }
            }
        }
    }

    /// The event of neutron's DHCP notifier: `{"port": {…}, "priority": …}`.
    private func readPortPayload(_ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues) {
        guard scanner.beginObject(text) else {
            scanner.skipValue(text)
            return
        }
        while let key = scanner.nextKey(text) {
            if key.equals("port", text) {
                noted.readObjects(.portEvent, &scanner, text)
            } else {
                scanner.skipValue(text)
            }
        }
    }

    private mutating func readFilterProperties(
        _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues
    ) {
        forgetRetry(&noted)
        // Lists of them, one for each instance, have been seen in no release.
        guard scanner.beginObject(text) else {
            scanner.skipValue(text)
            return
        }
        while let key = scanner.nextKey(text) {
            guard key.equals("retry", text) else {
                scanner.skipValue(text)
                continue
            }
            forgetRetry(&noted)
            guard scanner.beginObject(text) else {
                scanner.skipValue(text)
                continue
            }
            hasRetry = true
            while let key = scanner.nextKey(text) {
                readRetry(key, &scanner, text, &noted)
            }
        }
    }

    private mutating func forgetRetry(_ noted: inout NotedValues) {
        hasRetry = false
        retryAttempts = JSONSlot()
        retryReason = JSONSlot()
        noted.removeAll { $0 == .retryHost }
    }

    private mutating func readRetry(
        _ key: JSONSlot, _ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues
    ) {
        if key.equals("num_attempts", text) {
            retryAttempts = scanner.readValue(text)
        } else if key.equals("exc_reason", text) {
            retryReason = scanner.readValue(text)
        } else if key.equals("hosts", text) {
            noted.removeAll { $0 == .retryHost }
            readRetryHosts(&scanner, text, &noted)
        } else {
            scanner.skipValue(text)
        }
    }

    /// `[[host, node]…]`.
    private func readRetryHosts(_ scanner: inout JSONScanner, _ text: RawSpan, _ noted: inout NotedValues) {
        guard scanner.beginArray(text) else {
            scanner.skipValue(text)
            return
        }
        while scanner.nextElement(text) {
            guard scanner.beginArray(text) else {
                noted.append(.retryHost, scanner.readValue(text))
                continue
            }
            var isFirst = true
            while scanner.nextElement(text) {
                let name = scanner.readValue(text)
                if isFirst { noted.append(.retryHost, name) }
                isFirst = false
            }
        }
    }
}
