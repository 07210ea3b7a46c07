internal import Core
internal import Interface
internal import OpenDaemon

/// `od why`: a screen for each instance.
enum WhyListing {
    static func text(_ story: ProcessStory, colour: Bool) -> String {
        StoryText.lines(story).map { Paint.line($0, colour) + "\n" }.joined()
    }

    static func headline(_ story: ProcessStory) -> String { StoryText.headline(story) }
}

extension Printer {
    func stories(_ stories: [ProcessStory]) {
        if json { return value(stories) }
        output.write(stories.map { WhyListing.text($0, colour: console.outputColour) }.joined(separator: "\n"))
    }
}
