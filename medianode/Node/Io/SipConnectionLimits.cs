namespace Byon.MediaNode.Io;

/// <summary>
/// How many SIP connections there may be. The defaults leave room for some next hops with several connections each, as P-CSCFs
/// and SBCs open them; a source that opens one after the other keeps nobody else out.
/// </summary>
/// <param name="Accepted">Opened by others, all in all; the next ones are closed at once.</param>
/// <param name="AcceptedPerSource">Of these, from one address.</param>
/// <param name="Opened">Opened by us: responses to peers that have closed theirs open one each.</param>
public sealed record SipConnectionLimits(int Accepted = 1_000, int AcceptedPerSource = 100, int Opened = 1_000);
