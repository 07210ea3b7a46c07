// Whoever imports the SDK sees the model and the messages that its calls speak of.
@_exported public import Core
