import Foundation
import FuzzTargets

/// Writes inputs to begin with, each under a name that tells its content, so that equal ones are one file.
enum Seeds {
    static func write(to folder: String, captures: [String]) throws {
        for path in captures {
            let file = try [UInt8](Data(contentsOf: URL(filePath: path)))
            guard let traffic = try? CapturedTraffic(path: path, file: file) else { continue }
            for target in FuzzTargets.all {
                let place = URL(filePath: folder).appending(path: target.name)
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                for seed in target.seeds(traffic) where !seed.isEmpty && seed.count <= target.longest {
                    try Data(seed).write(to: place.appending(path: "seed-\(digest(seed))"))
                }
            }
        }
    }

    /// FNV-1a.
    private static func digest(_ bytes: [UInt8]) -> String {
        String(bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
    }
}
