import Core
import Testing

@testable import Engine

@Suite struct StoreReceiptTests {
    private func receipt(_ key: String) -> Receipt {
        Receipt(
            key: key, kind: .apply, shown: [3, .max], promises: [Receipt.Promise(instance: 3, run: 7)],
            removed: [Receipt.Removed(instance: 4, id: 1, name: "api", number: 0, namespace: "shop")],
            unchanged: ["web"], changes: ["api": .removed])
    }

    @Test func receiptsComeBackOldestFirstAndTheFirstStands() throws {
        let fixture = try StoreFixture()
        let store = try Store(path: fixture.path)
        try store.commit([.addReceipt(receipt("b")), .addReceipt(receipt("a"))])
        try store.commit([.addReceipt(Receipt(key: "b", kind: .start, shown: []))])
        #expect(try store.load().receipts == [receipt("b"), receipt("a")])
    }

    @Test func onlyTheLastAreKept() throws {
        let fixture = try StoreFixture()
        let store = try Store(path: fixture.path)
        let count = Defaults.receipts + 50
        try store.commit((0..<count).map { .addReceipt(Receipt(key: "\($0)", kind: .start, shown: [])) })
        let kept = try store.load().receipts
        #expect(kept.count == Defaults.receipts)
        #expect(kept.first?.key == "50")
    }
}
