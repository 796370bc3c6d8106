namespace Byon.MediaNode.Core.Calls;

/// <summary>One of the two sessions of a <see cref="PhoneBridge"/>.</summary>
public enum BridgeSide
{
    /// <summary>Whom the subscriber talks to.</summary>
    Far,
    /// <summary>The subscriber's phone.</summary>
    Phone,
}

/// <summary>What a bridge wants done. Its owner drains these after each input and does them in order.</summary>
public abstract record BridgeAction;

/// <summary>Invite the phone, without an offer: what it offers goes to the far side.</summary>
public sealed record InvitePhone : BridgeAction;

/// <summary>Answer what the phone offered in its 2xx.</summary>
public sealed record AcknowledgePhone(string Answer) : BridgeAction;

public sealed record OfferTo(BridgeSide Side, string Sdp) : BridgeAction;

public sealed record AcceptOn(BridgeSide Side, string Sdp) : BridgeAction;

public sealed record RejectOn(BridgeSide Side, int Status) : BridgeAction;

public sealed record RefuseReferralOn(BridgeSide Side, int Status) : BridgeAction;

public sealed record EndSide(BridgeSide Side) : BridgeAction;

/// <summary>Far side and phone talk: the far side's session is the bridge's, and the browser's call is over.</summary>
public sealed record Joined : BridgeAction;

/// <summary>It did not work: the far side's session stays the browser's.</summary>
public sealed record GaveUp(TransferFailure Why, bool HasFarSideMoved) : BridgeAction;

/// <summary>The far side took the browser's offer: its session is the browser's again, with this answer.</summary>
public sealed record Retrieved(string Answer) : BridgeAction;

/// <summary>The far side did not: it goes on talking to the phone, or the call is over.</summary>
public sealed record RetrievalRefused(int Status, string Phrase) : BridgeAction;
