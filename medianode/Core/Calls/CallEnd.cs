using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>Whose doing an ending was.</summary>
public enum CallEndClass
{
    /// <summary>Somebody hung up, cancelled or declined.</summary>
    Success,

    /// <summary>The far subscriber or the network refused or could not be reached.</summary>
    Network,

    /// <summary>The browser's side failed.</summary>
    Client,

    /// <summary>This service failed.</summary>
    Gateway,
}

/// <summary>How a call ended. Every ending there is stands in this file, so that status, reason and metric derive from one place.</summary>
/// <param name="State">The final status the subscriber sees.</param>
/// <param name="Reason">Stable, for programs.</param>
/// <param name="Words">One sentence for people.</param>
/// <param name="SipLine">The SIP message that did it, if one did.</param>
public sealed record CallEnd(CallState State, CallEndClass Class, string Reason, string Words, string? SipLine = null)
{
    public static CallEnd HungUpHere { get; } =
        new(CallState.Terminated, CallEndClass.Success, "local-hangup", "The call was ended on this side.");

    public static CallEnd CancelledHere { get; } =
        new(CallState.SessionCancelled, CallEndClass.Success, "cancelled", "The call was cancelled before it was answered.");

    public static CallEnd DeclinedHere { get; } =
        new(CallState.Declined, CallEndClass.Success, "declined", "The call was declined on this device.");

    /// <summary>Another device of this gateway took the call.</summary>
    public static CallEnd AnsweredElsewhere { get; } =
        new(CallState.SessionCancelled, CallEndClass.Success, "answered-elsewhere", "The call was answered on another device.");

    /// <summary>The subscriber handed the call over to another phone of the number.</summary>
    public static CallEnd Transferred { get; } =
        new(CallState.Terminated, CallEndClass.Success, "transferred", "The call goes on on the subscriber's phone.");

    public static CallEnd NotAnswered { get; } =
        new(CallState.NoAnswer, CallEndClass.Network, "no-answer", "Nobody answered in time.");

    public static CallEnd RegistrationExpired { get; } =
        new(CallState.Terminated, CallEndClass.Gateway, "registration-expired", "The registration expired.");

    public static CallEnd RegistrationRemoved { get; } =
        new(CallState.Terminated, CallEndClass.Success, "registration-removed", "The device signed out.");

    public static CallEnd RegistrationLost { get; } =
        new(CallState.Terminated, CallEndClass.Network, "registration-lost", "The network ended the registration.");

    public static CallEnd NodeDraining { get; } =
        new(CallState.Terminated, CallEndClass.Gateway, "node-draining", "The gateway node was shut down.");

    public static CallEnd NodeLost { get; } =
        new(CallState.Terminated, CallEndClass.Gateway, "node-lost", "The gateway node that carried the call failed.");

    public static CallEnd StorageUnavailable { get; } =
        new(CallState.Failed, CallEndClass.Gateway, "storage-unavailable", "The gateway could not record the call.");

    public static CallEnd InternalError { get; } =
        new(CallState.Failed, CallEndClass.Gateway, "internal-error", "The gateway failed to handle the call.");

    public static CallEnd BrowserLost(bool answered) => new(
        answered ? CallState.Terminated : CallState.Failed, CallEndClass.Client, "browser-lost", "The connection to the browser was lost.");

    public static CallEnd MediaTimeout(bool answered) => new(
        answered ? CallState.Terminated : CallState.Failed, CallEndClass.Network, "media-timeout", "Nothing was heard from the other side for too long.");

    public static CallEnd DtlsFailed(string why) =>
        new(CallState.Failed, CallEndClass.Client, "dtls-failed", $"The browser's media could not be secured: {why}");

    public static CallEnd UnusableSdp(SdpRejection? why) => new(
        CallState.Failed, CallEndClass.Network, "media-not-acceptable",
        $"The network's media description cannot be used ({why?.Fault.ToString() ?? "none was sent"}).");

    /// <summary>The end of an INVITE session that we did not ask for.</summary>
    /// <param name="alerted">Whether a 180 came before.</param>
    /// <param name="answered">Whether the call was connected.</param>
    public static CallEnd FromSip(SipEnding ending, bool alerted, bool answered) => ending.Kind switch
    {
        SipEndingKind.RemoteBye =>
            new(CallState.Terminated, CallEndClass.Success, "remote-hangup", "The other side hung up.", "BYE"),
        SipEndingKind.RemoteCancel when ending.ReasonCause == 200 => new(
            CallState.SessionCancelled, CallEndClass.Success, "answered-elsewhere", "The call was answered on another device.", CancelLine(ending)),
        SipEndingKind.RemoteCancel => new(
            CallState.SessionCancelled, CallEndClass.Success, "caller-cancelled", "The caller hung up before the call was answered.", CancelLine(ending)),
        SipEndingKind.Rejected when !answered => Rejected(ending.Status, ending.Phrase, alerted),
        SipEndingKind.Rejected => new(
            CallState.Terminated, CallEndClass.Network, "dialog-lost", "The network does not know the call any more.", Line(ending.Status, ending.Phrase)),
        SipEndingKind.Timeout when answered => new(
            CallState.Terminated, CallEndClass.Network, "network-silent", "The network stopped responding.", StatusLine(ending)),
        SipEndingKind.Timeout or SipEndingKind.Unreachable => new(
            answered ? CallState.Terminated : CallState.Failed, CallEndClass.Network, "network-unreachable",
            "The network could not be reached.", StatusLine(ending)),
        _ => InternalError,
    };

    /// <summary>A final response of 300 or above to our INVITE (RFC 3261 §21), as the API names it.</summary>
    public static CallEnd Rejected(int status, string phrase, bool alerted)
    {
        var line = Line(status, phrase);
        return status switch
        {
            486 or 600 => Network(CallState.Busy, "busy", "The other side is busy."),
            603 => new(CallState.Declined, CallEndClass.Success, "declined", "The other side declined the call.", line),
            408 => Network(CallState.NoAnswer, "no-answer", "Nobody answered in time."),
            404 or 604 => Network(CallState.NotReachable, "unknown-number", "The number does not exist."),
            410 => Network(CallState.NotReachable, "number-gone", "The number is no longer in use."),
            484 => Network(CallState.NotReachable, "number-incomplete", "The number is incomplete."),
            480 when alerted => Network(CallState.NoAnswer, "no-answer", "Nobody answered."),
            480 => Network(CallState.NotReachable, "unavailable", "The other side cannot be reached at the moment."),
            487 => new(CallState.SessionCancelled, CallEndClass.Success, "cancelled", "The call was cancelled.", line),
            401 or 407 => Network(CallState.Failed, "credentials-refused", "The network refused the subscriber's credentials."),
            403 => Network(CallState.Failed, "forbidden", "The network does not allow this call."),
            488 or 606 or 415 => Network(CallState.Failed, "media-not-acceptable", "The other side cannot use the offered audio."),
            >= 300 and < 400 => Network(CallState.Failed, "redirected", "The network redirected the call to where it cannot go."),
            >= 500 and < 600 => Network(CallState.Failed, "network-failure", "The network could not handle the call."),
            _ => Network(CallState.Failed, "refused", "The network refused the call."),
        };

        CallEnd Network(CallState state, string reason, string words) => new(state, CallEndClass.Network, reason, words, line);
    }

    /// <summary>A status line as people write it, with a phrase of bounded length: it comes from the peer.</summary>
    public static string Line(int status, string phrase) =>
        string.Create(CultureInfo.InvariantCulture, $"SIP {status} {(phrase.Length > 100 ? phrase[..100] : phrase)}").TrimEnd();

    private static string? StatusLine(SipEnding ending) => ending.Status == 0 ? null : Line(ending.Status, ending.Phrase);

    private static string CancelLine(SipEnding ending) =>
        ending.ReasonCause is { } cause ? string.Create(CultureInfo.InvariantCulture, $"CANCEL (Reason: SIP;cause={cause})") : "CANCEL";
}
