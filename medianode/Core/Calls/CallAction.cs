using Byon.MediaNode.Core.Media;

using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Calls;

/// <summary>What a call wants done. Its owner drains these after each input and does them in order.</summary>
public abstract record CallAction;

/// <summary>Invite the receiver (<c>SipAgent.Invite</c>).</summary>
public sealed record SendInvite(string Offer) : CallAction;

/// <summary>Send a provisional response for the incoming INVITE; SDP in it is our answer, ahead of the 200.</summary>
public sealed record SendProgress(int Status, string? Sdp = null) : CallAction;

/// <summary>Send the 200 for the incoming INVITE; the SDP is our answer, or our offer if the INVITE had none.</summary>
public sealed record SendAnswer(string Sdp) : CallAction;

public sealed record SendReinvite(string Offer) : CallAction;

public sealed record AcceptReinvite(string Sdp) : CallAction;

public sealed record RejectReinvite(int Status) : CallAction;

/// <summary>End the SIP session the way its state asks for; the status is used where an INVITE is still unanswered.</summary>
public sealed record EndSession(int RejectStatus) : CallAction;

public sealed record ApplyMedia(MediaPlan Plan) : CallAction;

/// <summary>Let one side hear a key that the other one pressed by signalling.</summary>
public sealed record PressKey(KeyPress Press) : CallAction;

/// <summary>Send a key by INFO (<c>SipAgent.SendKey</c>).</summary>
public sealed record SendKey(char Key, TimeSpan Duration) : CallAction;

public sealed record ReleaseMedia : CallAction;

/// <summary>Tell the device. The description the call has at that point goes with it.</summary>
/// <param name="State">What happened. For Hold and Resume it is the far side's doing; the call's own state can differ when both hold.</param>
/// <param name="WithSdp">Whether the SDPs of the description belong into the event.</param>
public sealed record TellEvent(bool Invitation, CallState State, string? Reason, bool WithSdp, CallDescription Call) : CallAction;

/// <summary>A technical step for a timeline.</summary>
public sealed record TellMilestone(string Milestone, string? Detail = null) : CallAction;

/// <summary>Do something with the session that is to take this call's place: an INVITE that a REFER asked for, or one with Replaces.</summary>
public sealed record OnSuccessor(CallAction Action) : CallAction;

/// <summary>The successor is this call's session from now on, and the one before ends.</summary>
public sealed record AdoptSuccessor : CallAction;

/// <summary>Accept the REFER and invite its target, as the successor, with this offer.</summary>
public sealed record InviteReferred(ReferTarget Target, SipUri? By, string Offer) : CallAction;

public sealed record RefuseReferral(int Status) : CallAction;

/// <summary>Tell who referred us how the INVITE goes.</summary>
public sealed record NotifyReferrer(int Status) : CallAction;

/// <summary>Ask the far side to call the subscriber's own number: another phone of it takes the call.</summary>
public sealed record ReferToPhone : CallAction;

/// <summary>The command that <c>Call.ChangeStatus</c> left pending is decided.</summary>
public sealed record CompleteCommand(CallCommandResult Result) : CallAction;
