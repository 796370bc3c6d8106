using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.MediaNode.Journaling;

/// <summary>
/// A connected call as another node needs it. Its media is not part of it: the call gets new keys, ports and ICE credentials where
/// it goes on, so a snapshot that lags behind cannot make two nodes send with one key and index.
/// </summary>
/// <param name="Session">Its SIP dialog.</param>
/// <param name="Presentation">As whom the subscriber called, and calls whom the far side refers to; null where the subscriber was called.</param>
public sealed record SavedCall(CallSnapshot Call, SipSessionState Session, CallerPresentation? Presentation)
{
    /// <summary>Whether writing one over the other would be in vain: who takes a call up starts its session timer anew.</summary>
    public static bool AreAlike(SavedCall? one, SavedCall? other) => one?.Core == other?.Core;

    private SavedCall Core => this with { Session = Session with { Timer = null, Dialog = Session.Dialog with { RemoteCSeq = null } } };
}

/// <summary>What the network may show of a caller (TS 24.607).</summary>
/// <param name="IsAnonymous">The number is withheld.</param>
public sealed record CallerPresentation(bool IsAnonymous, string? Name);
