// OpenStackTests
