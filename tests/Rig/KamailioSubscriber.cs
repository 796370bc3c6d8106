namespace Byon.Tests.Rig;

/// <summary>Somebody the registrar knows: the phone and the browser of one subscriber use the same credentials, as two contacts.</summary>
/// <param name="User">Digest user name (private identity), without the domain.</param>
/// <param name="RingLimit">How long this number may ring before the network answers 408 for it.</param>
/// <param name="Refusal">A status the network answers every call to this number with: (603, "Decline").</param>
public sealed record KamailioSubscriber(
    string Number, string User, string Password, TimeSpan? RingLimit = null, (int Status, string Phrase)? Refusal = null);
