/// The numbers of a pcapng file (draft-ietf-opsawg-pcapng), as they are read and written.
enum PcapngFormat {
    static let byteOrderMagic: UInt32 = 0x1A2B_3C4D

    /// Types of blocks (4).
    enum Block {
        static let sectionHeader: UInt32 = 0x0A0D_0D0A
        static let interface: UInt32 = 1
        static let obsoletePacket: UInt32 = 2
        static let simplePacket: UInt32 = 3
        static let interfaceStatistics: UInt32 = 5
        static let enhancedPacket: UInt32 = 6
    }

    /// An option of any block (3.5).
    static let comment: UInt16 = 1

    /// An option of a section header (4.1).
    static let sectionApplication: UInt16 = 4

    /// Options of an interface's description (4.2).
    enum Interface {
        static let name: UInt16 = 2
        static let resolution: UInt16 = 9
        static let filter: UInt16 = 11
        static let offset: UInt16 = 14
    }

    /// Options of an interface's statistics (4.6).
    enum Statistics {
        static let began: UInt16 = 2
        static let ended: UInt16 = 3
        static let received: UInt16 = 4
        static let droppedByInterface: UInt16 = 5
        static let droppedBySystem: UInt16 = 7
    }
}
