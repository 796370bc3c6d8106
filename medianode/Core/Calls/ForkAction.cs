using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>What a fork wants done. Its owner drains these after each input and does them in order.</summary>
public abstract record ForkAction;

/// <summary>Send a provisional response for the INVITE.</summary>
public sealed record ForwardProgress(SendProgress Progress) : ForkAction;

/// <summary>This leg won: the session is its own from now on, and its answer goes out.</summary>
/// <param name="NeedsOffer">The caller was given another leg's answer before: this one has to offer itself next.</param>
public sealed record GiveDialog(string CallId, SendAnswer Answer, bool NeedsOffer = false) : ForkAction;

/// <summary>Answer the caller's offer: an <see cref="AcceptReinvite"/> or <see cref="RejectReinvite"/>.</summary>
public sealed record ForwardReply(CallAction Reply) : ForkAction;

/// <summary>End this leg's call: another device was faster.</summary>
public sealed record EndLeg(string CallId, CallEnd End) : ForkAction;

/// <summary>Pass on to this leg's call what happened to the session, or to its part in it.</summary>
public sealed record TellLeg(string CallId, SipSessionEvent Event) : ForkAction;

/// <summary>Nobody is left: refuse the INVITE.</summary>
public sealed record RefuseInvite(int Status) : ForkAction;
