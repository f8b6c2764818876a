import Foundation

/// A value: the virtual hosts of a broker and who may use them.
///
/// It is given to the broker as definitions that it loads when it starts (rabbitmq.com/docs/definitions).
package struct BrokerAccounts: Sendable {
    /// Besides `/`.
    package var virtualHosts: [String]
    /// May use every virtual host; the password is `password`.
    package var users: [String]
    /// May log in and use none.
    package var strangers: [String]

    /// Of every user but `guest`, whose password is its name.
    package static let password = "hunter3-must-never-be-shown"

    package init(virtualHosts: [String] = [], users: [String] = [], strangers: [String] = []) {
        self.virtualHosts = virtualHosts
        self.users = users
        self.strangers = strangers
    }

    private struct Definitions: Encodable {
        struct User: Encodable {
            let name: String
            let password_hash: String
            let hashing_algorithm = "rabbit_password_hashing_sha256"
            let tags: String
        }

        struct VirtualHost: Encodable {
            let name: String
        }

        struct Permission: Encodable {
            let user: String
            let vhost: String
            let configure = ".*"
            let write = ".*"
            let read = ".*"
        }

        let users: [User]
        let vhosts: [VirtualHost]
        let permissions: [Permission]
    }

    /// The definitions as JSON.
    func definitions() throws -> Data {
        let hosts = ["/"] + virtualHosts
        let accounts = [Definitions.User(name: "guest", password_hash: Self.hashOfGuest, tags: "administrator")]
        let others = (users + strangers).map {
            Definitions.User(name: $0, password_hash: Self.hashOfPassword, tags: "")
        }
        return try JSONEncoder().encode(
            Definitions(
                users: accounts + others, vhosts: hosts.map(Definitions.VirtualHost.init),
                permissions: (["guest"] + users).flatMap { user in
                    hosts.map { Definitions.Permission(user: user, vhost: $0) }
                }))
    }

    /// Four bytes of salt and the SHA-256 of salt and password, in Base64 (rabbitmq.com/docs/passwords).
    private static let hashOfGuest = "bm92YUNjecAIBd5HwrxwY4cyX2tEaqDSNuj7Nx5NK6EeQoBc"
    private static let hashOfPassword = "dHJhYyoz9q6UjOUo4jY0UtyKBhMsiBoVTpmXNlYvelcARxO5"
}
