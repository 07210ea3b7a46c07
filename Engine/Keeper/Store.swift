import CKernel

/// Descriptors that must outlive an engine, by the engine's key. At most OD_STORE_MAX; one more is refused.
struct Store {
    let holding: Holding

    /// Entries from here on are not in use. Entries never move, so that a listing can go on where it stopped.
    var used: Int { Int(holding.head.pointee.stored_used) }

    subscript(index: Int) -> od_stored { holding.stored(index).pointee }

    /// Keeps `descriptor`; an older one of that key is closed. False when the store is full.
    func put(_ descriptor: Int32, key: UInt64) -> Bool {
        var place = used
        for index in 0..<used {
            let entry = holding.stored(index)
            if entry.pointee.descriptor >= 0, entry.pointee.key == key {
                replace(entry, by: descriptor)
                return true
            }
            if entry.pointee.descriptor < 0, place == used { place = index }
        }
        guard place < Int(holding.head.pointee.stored_most) else { return false }
        let entry = holding.stored(place)
        entry.pointee.key = key
        entry.pointee.descriptor = descriptor
        od_fence()
        if place == used { holding.head.pointee.stored_used += 1 }
        return true
    }

    /// The descriptor of that key, which stays ours; -1 when there is none.
    func descriptor(key: UInt64) -> Int32 {
        for index in 0..<used where self[index].descriptor >= 0 && self[index].key == key {
            return self[index].descriptor
        }
        return -1
    }

    /// Closes the descriptor of that key. False when there is none.
    func drop(key: UInt64) -> Bool {
        for index in 0..<used where self[index].descriptor >= 0 && self[index].key == key {
            replace(holding.stored(index), by: -1)
            while used > 0, self[used - 1].descriptor < 0 { holding.head.pointee.stored_used -= 1 }
            return true
        }
        return false
    }

    /// First in the memory, then closed: what is not named is closed by the next worker.
    private func replace(_ entry: UnsafeMutablePointer<od_stored>, by descriptor: Int32) {
        let old = entry.pointee.descriptor
        entry.pointee.descriptor = descriptor
        od_fence()
        od_close(old)
    }
}
