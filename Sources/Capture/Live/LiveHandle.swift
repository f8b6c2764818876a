import CPcap
import CSeccomp
import Glibc
import Trace

/// A machine that owns a libpcap handle for capturing on an interface, and closes it.
struct LiveHandle: ~Copyable {
    /// What a round of reading has come to.
    enum Round: Equatable {
        case packets(Int)
        /// Nothing more will come of this interface: what libpcap says.
        case ended(String)

        /// Libraries before 1.10.2 end a round when the interface goes down, which can be captured on when it is up again.
        init(failure: String, isThere: Bool) {
            self = isThere && failure.contains("went down") ? .packets(0) : .ended(failure)
        }
    }

    let name: String
    /// The kernel's number of the interface; another one may take its name later.
    private let number: Int32
    let linkType: LinkType
    /// For `poll`; readable when a block of packets is.
    let descriptor: Int32
    private let handle: OpaquePointer
    private let hasNanoseconds: Bool

    /// How long the kernel may keep packets to itself before it hands them over. A line on the terminal is not later than
    /// this, and a machine at rest is woken so often at most.
    private static let patience: Int32 = 50

    init(_ name: String, _ options: LiveOptions) throws(CaptureError) {
        let opened = try Self.open(name, options)
        self.name = name
        handle = opened
        linkType = LinkType(rawValue: pcap_datalink(opened))
        descriptor = pcap_get_selectable_fd(opened)
        number = rights_interface_number(descriptor, name)
        hasNanoseconds = pcap_get_tstamp_precision(opened) == PCAP_TSTAMP_PRECISION_NANO
    }

    deinit { pcap_close(handle) }

    /// The device that stands for all interfaces (Linux, packet(7)).
    static let everyInterface = "any"

    /// Hands over packets that are there, at most about so many; does not wait for more.
    func read(atMost count: Int, _ body: (Timestamp, Int, UnsafePointer<UInt8>, Int) -> Void) -> Round {
        withoutActuallyEscaping(body) { body in
            let reader = PacketReader(hasNanoseconds: hasNanoseconds, body)
            let got = pcap_dispatch(
                handle, Int32(clamping: count),
                { context, header, bytes in
                    guard let context, let header, let bytes else { return }
                    Unmanaged<PacketReader>.fromOpaque(context).takeUnretainedValue().receive(header.pointee, bytes)
                },
                UnsafeMutableRawPointer(Unmanaged.passUnretained(reader).toOpaque()).assumingMemoryBound(to: UInt8.self)
            )
            return got >= 0
                ? .packets(Int(got)) : Round(failure: String(cString: pcap_geterr(handle)), isThere: isThere)
        }
    }

    /// Whether the interface is still there, up or down.
    private var isThere: Bool { number != 0 && rights_interface_number(descriptor, name) == number }

    /// What was counted so far; `nil` when the interface is gone.
    var statistics: CaptureStatistics? {
        var counts = pcap_stat()
        guard pcap_stats(handle, &counts) == 0 else { return nil }
        return CaptureStatistics(
            received: Int(counts.ps_recv), droppedByKernel: Int(counts.ps_drop),
            droppedByInterface: Int(counts.ps_ifdrop))
    }

    private static func open(_ name: String, _ options: LiveOptions) throws(CaptureError) -> OpaquePointer {
        var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard let handle = pcap_create(name, &text) else {
            throw CaptureError(.unreadable, path: name, "\(name) cannot be captured on", cause: PcapHandle.text(text))
        }
        do throws(CaptureError) {
            try prepare(handle, name, options)
        } catch {
            pcap_close(handle)
            throw error
        }
        return handle
    }

    private static func prepare(_ handle: OpaquePointer, _ name: String, _ options: LiveOptions) throws(CaptureError) {
        pcap_set_snaplen(handle, Int32(clamping: options.snapLength))
        pcap_set_promisc(handle, options.isPromiscuous && name != everyInterface ? 1 : 0)
        pcap_set_timeout(handle, patience)
        pcap_set_buffer_size(handle, Int32(clamping: options.kernelBuffer))
        pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
        try activate(handle, name)
        // The second version of the link header of `any` tells the interface as well.
        if pcap_datalink(handle) == DLT_LINUX_SLL { pcap_set_datalink(handle, DLT_LINUX_SLL2) }
        let linkType = LinkType(rawValue: pcap_datalink(handle))
        try options.filter.check(linkType: linkType, snapLength: options.snapLength)
        try apply(options.filter, to: handle, name)
        var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard pcap_setnonblock(handle, 1, &text) == 0 else {
            throw CaptureError(.unreadable, path: name, "\(name) cannot be captured on", cause: PcapHandle.text(text))
        }
    }

    private static func apply(_ filter: CaptureFilter, to handle: OpaquePointer, _ name: String) throws(CaptureError) {
        var instructions: [bpf_insn]
        do throws(FilterRefusal) {
            instructions = try filter.program(for: handle)
        } catch {
            throw CaptureError(
                .usage, path: name, "the filter '\(filter.expression)' cannot be used on \(name)", cause: error.message)
        }
        let status = instructions.withUnsafeMutableBufferPointer { buffer in
            var program = bpf_program(bf_len: UInt32(buffer.count), bf_insns: buffer.baseAddress)
            return pcap_setfilter(handle, &program)
        }
        guard status == 0 else {
            throw CaptureError(
                .unreadable, path: name, "the filter cannot be set on \(name)",
                cause: String(cString: pcap_geterr(handle)))
        }
    }

    private static func activate(_ handle: OpaquePointer, _ name: String) throws(CaptureError) {
        let status = pcap_activate(handle)
        guard status < 0 else { return }
        let cause = String(cString: pcap_geterr(handle))
        switch status {
        case PCAP_ERROR_NO_SUCH_DEVICE:
            let names = ((try? InterfaceList.all()) ?? []).filter(\.isCapturable).map(\.name)
            let known = names.isEmpty ? "" : "; interfaces are \(names.joined(separator: ", "))"
            throw CaptureError(.unreadable, path: name, "there is no interface \(name)\(known)")
        case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
            throw .captureNotPermitted(on: name)
        case PCAP_ERROR_IFACE_NOT_UP:
            throw CaptureError(.unreadable, path: name, "interface \(name) is not up")
        default:
            throw CaptureError(
                .unreadable, path: name, "\(name) cannot be captured on",
                cause: cause.isEmpty ? String(cString: pcap_statustostr(status)) : cause)
        }
    }
}

/// What libpcap calls for each packet of a round.
private final class PacketReader {
    private let hasNanoseconds: Bool
    private let body: (Timestamp, Int, UnsafePointer<UInt8>, Int) -> Void

    init(hasNanoseconds: Bool, _ body: @escaping (Timestamp, Int, UnsafePointer<UInt8>, Int) -> Void) {
        self.hasNanoseconds = hasNanoseconds
        self.body = body
    }

    func receive(_ header: pcap_pkthdr, _ bytes: UnsafePointer<UInt8>) {
        let fraction = Int64(header.ts.tv_usec)
        let time = Timestamp(
            seconds: Int64(header.ts.tv_sec), nanoseconds: hasNanoseconds ? fraction : fraction * 1000)
        body(time, Int(header.len), bytes, Int(header.caplen))
    }
}

extension CaptureError {
    static func captureNotPermitted(on name: String) -> CaptureError {
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, path.count - 1)
        let program = length > 0 ? PcapHandle.text(path) : "PROGRAM"
        return CaptureError(
            .notPermitted, path: name,
            "capturing on \(name) is not permitted: run novatrace with sudo, or give the program the right once with "
                + "sudo setcap cap_net_raw,cap_setpcap=ep \(program)")
    }
}
