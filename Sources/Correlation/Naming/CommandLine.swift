import Services

/// Which OpenStack service a process is, by its command line.
///
/// What decides is what the process runs: its own title, the program, the script of an interpreter, the application of a
/// web server. Arguments that only mention a service, such as the path of its configuration or log, decide nothing. So
/// do programs that start others (`sudo`, `sh -c`, `dumb-init`): they either became what they started or wait for it, and
/// have no connections of their own.
package enum CommandLine {
    /// The service, e.g. `nova-conductor`; `nil` where the command line names none.
    ///
    /// - Parameters:
    ///   - name: the kernel's name of the process, cut to 15 bytes; it counts only where there are no arguments.
    ///   - arguments: the arguments from `argv[0]` on, or the title that the process has set in their place.
    package static func service(name: String, arguments: [String]) -> String? {
        guard let first = arguments.first, first.contains(where: { $0 != " " }) else {
            return name.utf8.count < 15 ? program(name) : nil
        }
        let words = first.split(separator: " ").map(String.init)
        if words[0].hasPrefix("(wsgi:") { return modWSGI(words[0].dropFirst(6)) }
        if words[0].hasSuffix(":") || words.count > 1 { return title(words) }
        return command(arguments.map { $0.trimmingSpaces })
    }

    // MARK: Titles

    /// `nova-compute: worker(0)`, `neutron-server: rpc worker (/usr/bin/python3 …)`, `gunicorn: master [nova-api]`,
    /// `nova-api uWSGI worker 2` (setproctitle of oslo.service, cotyledon, neutron and gunicorn; uWSGI's `auto-procname`).
    private static func title(_ words: [String]) -> String? {
        if words[0].hasSuffix(":") {
            let owner = words[0].dropLast()
            guard owner == "gunicorn" else { return program(baseName(owner)) }
            guard let bracketed = words.first(where: { $0.hasPrefix("[") && $0.hasSuffix("]") }) else { return nil }
            return application(bracketed.dropFirst().dropLast())
        }
        // With `procname-prefix` uWSGI's own title follows without a space, with `procname-prefix-spaced` after one.
        if words[0].hasSuffix("uWSGI") {
            return application(trimmingDashes(words[0].dropLast(5)))
        }
        if words[1] == "uWSGI" { return application(words[0][...]) }
        return command(words)
    }

    /// `(wsgi:nova-api)`, which mod_wsgi writes over `argv[0]` as far as there is room: `(wsgi:keystone-pu`.
    private static func modWSGI(_ text: Substring) -> String? {
        if text.hasSuffix(")") { return application(text.dropLast()) }
        let name = text.replacing("_", with: "-")
        guard let dash = name.lastIndex(of: "-"), "wsgi".hasPrefix(name[name.index(after: dash)...]) else {
            // Anything else may be cut in the middle of the service's name.
            return application(name).flatMap { catalogue.isAPI($0) ? $0 : nil }
        }
        // `heat-api-` may go on as `heat-api-cfn`.
        return application(name[..<dash]).flatMap {
            catalogue.isAPI($0) && !catalogue.isAmbiguous(name, for: $0) ? $0 : nil
        }
    }

    // MARK: Commands

    private static func command(_ arguments: [String], nested: Bool = false) -> String? {
        guard let path = arguments.first else { return nil }
        let name = baseName(path[...])
        if isPython(name) { return nested ? nil : python(Array(arguments.dropFirst())) }
        switch name {
        case "uwsgi", "uwsgi-core", "pyuwsgi", "uwsgi_python3", "uwsgi_python311":
            return uWSGI(Array(arguments.dropFirst()))
        case "gunicorn", "gunicorn3": return gunicorn(Array(arguments.dropFirst()))
        default: return name.hasSuffix("-wsgi") || name.contains("-wsgi-") ? application(name) : program(name)
        }
    }

    /// `python3.11`, `python`, `pypy3`, `platform-python`.
    private static func isPython(_ name: Substring) -> Bool {
        for prefix in ["python", "pypy", "platform-python"] where name.hasPrefix(prefix) {
            return name.dropFirst(prefix.count).allSatisfy { $0.isNumber || $0 == "." }
        }
        return false
    }

    /// `[option] … (script | -m module | -c code) [argument] …` (python(1)).
    private static func python(_ arguments: [String]) -> String? {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                return command([word] + rest, nested: true)
            }
            if word == "--" { return command(Array(rest), nested: true) }
            guard !word.hasPrefix("--") else {
                if word == "--check-hash-based-pycs" { rest = rest.dropFirst() }
                continue
            }
            // Options of one letter may stand together; the first that takes a value ends them.
            guard let letter = word.dropFirst().firstIndex(where: { "cmWXQ".contains($0) }) else { continue }
            let attached = word[word.index(after: letter)...]
            switch word[letter] {
            case "c": return nil
            case "m":
                let module = attached.isEmpty ? rest.popFirst() ?? "" : String(attached)
                return ["uwsgi", "gunicorn"].contains(module)
                    ? command([module] + rest, nested: true) : self.module(module)
            default: if attached.isEmpty { rest = rest.dropFirst() }
            }
        }
        return nil
    }

    /// uWSGI is named by its process title, else by its application, else by its configuration file if that bears the
    /// name of a service.
    private static func uWSGI(_ arguments: [String]) -> String? {
        let titles = values(of: ["--procname-prefix", "--procname-prefix-spaced", "--procname"], in: arguments)
        let scripts = values(of: ["--wsgi-file", "--file", "--module", "--wsgi", "-w"], in: arguments)
        let files = values(of: ["--ini"], in: arguments) + arguments.prefix(1)
        return titles.lazy.compactMap { application(trimmingDashes($0[...])) }.first
            ?? scripts.lazy.compactMap { application(baseName($0[...])) }.first
            ?? files.lazy.filter { $0.hasSuffix(".ini") }.compactMap { application(baseName($0.dropLast(4))) }.first
    }

    /// gunicorn is named by `--name`, else by its application.
    private static func gunicorn(_ arguments: [String]) -> String? {
        if let name = values(of: ["--name", "-n"], in: arguments).first { return application(name[...]) }
        return arguments.lazy.filter { $0.contains(":") && !$0.hasPrefix("-") }
            .compactMap { module(String($0.prefix { $0 != ":" })) }.first
    }

    /// The values of options that are written `--option value` or `--option=value`.
    private static func values(of options: [String], in arguments: [String]) -> [String] {
        var values: [String] = []
        for (index, word) in arguments.enumerated() {
            for option in options {
                if word == option, index + 1 < arguments.count { values.append(arguments[index + 1]) }
                if word.hasPrefix(option + "=") { values.append(String(word.dropFirst(option.utf8.count + 1))) }
            }
        }
        return values
    }

    // MARK: Names

    private static let catalogue = Catalogue.openStack

    /// The service that a program of this name is.
    private static func program(_ name: some StringProtocol) -> String? {
        let name = String(name)
        guard name.utf8.count <= 64, name.last?.isLetter == true || name.last?.isNumber == true,
            name.utf8.allSatisfy({ isPartOfName($0) })
        else { return nil }
        let project = Service.project(of: name)
        if let service = catalogue.service(namedAsProject: project),
            project.endIndex == name.endIndex || name[project.endIndex...].hasPrefix("-wsgi")
        {
            return service
        }
        return catalogue.service(ofProgram: name)
    }

    /// The service that a web server's application of this name is: `nova_api_wsgi`, `nova-api-uwsgi`,
    /// `keystone-public`, `nova.wsgi.osapi_compute:application`.
    private static func application(_ text: Substring) -> String? {
        let text = text.prefix { $0 != ":" }
        if text.contains(".") { return module(String(text)) }
        var name = text.replacing("_", with: "-")
        for suffix in ["-uwsgi", "-wsgi"] where name.hasSuffix(suffix) { name = name.dropLast(suffix.count) }
        let parts = name.split(separator: "-").filter { $0 != "wsgi" }
        guard let project = parts.first else { return nil }
        if name.contains("-"), let service = catalogue.service(namedAsProject: project) { return service }
        switch parts.dropFirst().joined(separator: "-") {
        // `nova-wsgi`, `octavia-wsgi`: a project's only application is its API.
        case "" where text != project: return program(catalogue.api(of: String(project)))
        case "api": return program(catalogue.api(of: String(project)))
        default: return program(parts.joined(separator: "-"))
        }
    }

    /// The service whose code a module is: `nova.cmd.conductor`, `neutron.cmd.eventlet.server`, `nova.wsgi.metadata`.
    private static func module(_ module: String) -> String? {
        let parts = module.split(separator: ".").map { String($0.replacing("_", with: "-")) }
        guard parts.count >= 3 else { return nil }
        switch parts[1] {
        case "wsgi":
            let name = "\(parts[0])-api-\(parts[2])"
            return program(catalogue.service(named: name)?.name == name ? name : catalogue.api(of: parts[0]))
        case "cmd" where parts.count == 3 || parts[3] == "server":
            return program("\(parts[0])-\(parts[parts.count - 1])")
        case "cmd" where parts.count == 5 && parts[3] == "agents": return program("\(parts[0])-\(parts[4])-agent")
        default: return nil
        }
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func baseName(_ path: Substring) -> Substring {
        path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path
    }

    private static func trimmingDashes(_ text: Substring) -> Substring {
        var text = text
        while text.last == "-" || text.last == "_" || text.last == " " { text = text.dropLast() }
        return text
    }
}

extension String {
    /// Without the spaces that a process left when it wrote a shorter title over its arguments.
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
