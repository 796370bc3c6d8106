namespace Byon.MediaNode.Core.Calls;

/// <summary>Keys that the device wants pressed towards the network, one after the other.</summary>
/// <param name="Keys">Of 0 to 9, *, # and A to D.</param>
/// <param name="Duration">How long each stays down.</param>
/// <param name="Gap">Between the end of one and the beginning of the next.</param>
/// <param name="Correlator">The client's mark: what comes again with it is pressed once.</param>
public sealed record KeySequence(string Keys, TimeSpan Duration, TimeSpan Gap, string? Correlator = null);
