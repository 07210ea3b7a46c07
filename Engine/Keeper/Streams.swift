import CKernel

// A stream has one reader. While no engine has the descriptors it is the keeper, which moves bytes from the pipe to the
// spool by splice and never looks at them: the kernel moves bytes and file position in one call, so that no death of
// anybody's can come between. A full spool (OD_SPOOL_BYTES) is not read into; then the pipe fills and the app waits.

extension Keeper {
    /// The engine no longer reads the streams of this slot: we do.
    mutating func takeBack(_ index: Int) {
        slots[index].pointee.is_handed_over = false
        startReading(index, .out)
        startReading(index, .error)
    }

    /// The engine is to have the descriptors of this slot: from now on it is the reader. Said before they are sent: if
    /// we are killed between the two, nobody reads until the next worker offers them again; never two.
    mutating func markHandedOver(_ index: Int) {
        stopReading(index, .out)
        stopReading(index, .error)
        slots[index].pointee.is_handed_over = true
        od_fence()
    }

    /// Moves what is in the pipe; it was reported as readable.
    mutating func drain(_ index: Int, _ channel: Stream) {
        let stream = slots[index].pointee[channel]
        guard stream.is_watched else { return }
        let room = Int64(OD_SPOOL_BYTES) - od_held(stream.spool)
        guard room > 0 else { return stopReading(index, channel) }
        let moved = od_move(stream.pipe, stream.spool, Int(room))
        if moved == 0 { slots[index].pointee[channel].is_ended = true }
        // At the end, and on an error (no memory for the spool), there is nothing more to wait for here.
        let isTransient = moved == -Int64(OD_E_AGAIN.number) || moved == -Int64(OD_E_INTR.number)
        if moved <= 0, !isTransient { stopReading(index, channel) }
    }

    /// Closes both streams for good.
    mutating func closeStreams(_ index: Int) {
        close(index, .out)
        close(index, .error)
        slots[index].pointee.is_released = true
    }

    private mutating func close(_ index: Int, _ channel: Stream) {
        stopReading(index, channel)
        let stream = slots[index].pointee[channel]
        slots[index].pointee[channel] = .closed
        od_fence()
        if stream.pipe >= 0 { od_close(stream.pipe) }
        if stream.spool >= 0 { od_close(stream.spool) }
    }

    private mutating func startReading(_ index: Int, _ channel: Stream) {
        let slot = slots[index]
        let stream = slot.pointee[channel]
        guard stream.pipe >= 0, !stream.is_watched, !stream.is_ended else { return }
        let token = Token(channel == .out ? .out : .error, index: index, generation: slot.pointee.generation)
        slot.pointee[channel].is_watched = poller.watch(stream.pipe, token)
    }

    private mutating func stopReading(_ index: Int, _ channel: Stream) {
        let slot = slots[index]
        guard slot.pointee[channel].is_watched else { return }
        poller.forget(slot.pointee[channel].pipe)
        slot.pointee[channel].is_watched = false
    }
}
