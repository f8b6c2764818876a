import Testing
import Trace

@testable import Capture

@Suite struct `An interface that goes down` {
    @Test func `is told when it goes and when it is up again, and its time is counted`() {
        var link = InterfaceState()
        #expect(link.update(isUp: true, at: 1) == nil)
        #expect(link.update(isUp: nil, at: 2) == nil)
        #expect(link.update(isUp: false, at: 10) == .wentDown)
        #expect(link.update(isUp: false, at: 20) == nil)
        #expect(!link.isUp && link.downTime(until: 30) == 20)
        #expect(link.update(isUp: true, at: 40) == .isUpAgain(after: 30))
        #expect(link.update(isUp: false, at: 50) == .wentDown)
        #expect(link.timesDown == 2 && link.downTime(until: 55) == 35)
    }

    @Test func `ends a round of older libraries only when it is gone`() {
        #expect(LiveHandle.Round(failure: "The interface went down", isThere: true) == .packets(0))
        #expect(
            LiveHandle.Round(failure: "The interface went down", isThere: false) == .ended("The interface went down"))
        #expect(LiveHandle.Round(failure: "No buffer", isThere: true) == .ended("No buffer"))
    }
}
