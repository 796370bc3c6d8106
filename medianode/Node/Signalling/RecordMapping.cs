using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Registrations;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using CallDirection = Byon.Platform.Records.CallDirection;
using CallEndClass = Byon.Platform.Records.CallEndClass;

namespace Byon.MediaNode.Signalling;

/// <summary>From the words of Core to those of the tables, events and the control API; Core knows none of these.</summary>
internal static class RecordMapping
{
    public static CallRecord ToRecord(this LiveCall live, CallDescription call, string nodeId)
    {
        var owner = live.Owner.Record;
        return new CallRecord(
            call.CallId, owner.PhoneNumber, owner.RegistrationId, owner.DeviceId, owner.ClientId, owner.Subject, nodeId,
            call.Direction == Core.Calls.CallDirection.Outgoing ? CallDirection.Outgoing : CallDirection.Incoming,
            call.State.ToStatus(), call.Originator.Address, call.Originator.Name, call.Receiver.Address, call.Receiver.Name,
            call.OfferSdp, call.AnswerSdp, call.Reason, call.End?.ToEnding(), call.SequenceNumber, live.CreatedAt, live.EndedAt)
        {
            ClientCorrelator = live.ClientCorrelator,
            Emergency = live.IsEmergency,
            Location = live.Location,
            Quality = live.Quality,
        };
    }

    public static CallQuality ToQuality(this MediaStatistics statistics) => new(ToQuality(statistics.WebRtc), ToQuality(statistics.Ims))
    {
        Video = statistics.Video is { } video && (ToQuality(video.WebRtc), ToQuality(video.Ims)) is var (browser, network)
            && (browser ?? network) is not null ? new CallVideoQuality(browser, network) : null,
    };

    private static LegVideoQuality? ToQuality(VideoLegStatistics leg) => leg.Codec is { } codec
        ? new LegVideoQuality(
            codec.ToString(), leg.Counted.PacketsReceived, Math.Round(leg.LossFraction * 100, 2), Math.Round(leg.Jitter.TotalMilliseconds, 1),
            leg.RoundTrip is { } roundTrip ? Math.Round(roundTrip.TotalMilliseconds, 1) : null, Math.Round(leg.BitsPerSecond / 1000, 1),
            leg.Counted.PicturesRequested, leg.Counted.PacketsRequested, leg.Counted.Resent)
        : null;

    private static LegQuality? ToQuality(MediaLegStatistics leg) => leg is { Codec: { } codec, Quality: { } quality }
        ? new LegQuality(
            codec.ToString(), leg.PacketsReceived, Math.Round(leg.LossFraction * 100, 2), Math.Round(leg.Jitter.TotalMilliseconds, 1),
            leg.RoundTrip is { } roundTrip ? Math.Round(roundTrip.TotalMilliseconds, 1) : null, Math.Round(quality.Mos, 2))
        : null;

    public static CallEventData ToEventData(this LiveCall live, TellEvent told)
    {
        var call = told.Call;
        return new CallEventData(
            told.Invitation, call.CallId, call.SequenceNumber, told.State.ToStatus(), call.Originator.Address, call.Originator.Name,
            call.Receiver.Address, call.Receiver.Name, told.WithSdp ? call.OfferSdp : null, told.WithSdp ? call.AnswerSdp : null,
            told.Reason, call.End?.ToEnding())
        {
            Location = told.Invitation ? live.Location : null,
        };
    }

    public static CallEnding ToEnding(this CallEnd end) => new(
        end.Class switch
        {
            Core.Calls.CallEndClass.Success => CallEndClass.Success,
            Core.Calls.CallEndClass.Network => CallEndClass.Network,
            Core.Calls.CallEndClass.Client => CallEndClass.Client,
            _ => CallEndClass.Gateway,
        },
        end.Reason, end.SipLine);

    public static CallStatus ToStatus(this CallState state) => state switch
    {
        CallState.Initial => CallStatus.Initial,
        CallState.InProgress => CallStatus.InProgress,
        CallState.Ringing => CallStatus.Ringing,
        CallState.Proceeding => CallStatus.Proceeding,
        CallState.Connected => CallStatus.Connected,
        CallState.Terminated => CallStatus.Terminated,
        CallState.Hold => CallStatus.Hold,
        CallState.Resume => CallStatus.Resume,
        CallState.SessionCancelled => CallStatus.SessionCancelled,
        CallState.Declined => CallStatus.Declined,
        CallState.Failed => CallStatus.Failed,
        CallState.Waiting => CallStatus.Waiting,
        CallState.NoAnswer => CallStatus.NoAnswer,
        CallState.NotReachable => CallStatus.NotReachable,
        CallState.Busy => CallStatus.Busy,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>The only statuses a device may ask for; every other one is null.</summary>
    public static CallState? ToRequestedState(this CallStatus status) => status switch
    {
        CallStatus.InProgress => CallState.InProgress,
        CallStatus.Ringing => CallState.Ringing,
        CallStatus.Connected => CallState.Connected,
        CallStatus.Hold => CallState.Hold,
        CallStatus.Resume => CallState.Resume,
        _ => null,
    };

    public static ControlProblem ToProblem(this CallCommandResult result) => new(
        result.Fault switch
        {
            CallFault.UnacceptableSdp => ControlFault.UnacceptableSdp,
            CallFault.RefusedByNetwork => ControlFault.RefusedByIms,
            CallFault.NetworkSilent => ControlFault.ImsUnreachable,
            CallFault.TooManyKeys => ControlFault.TooManyKeys,
            CallFault.CorrelatorInUse => ControlFault.CorrelatorInUse,
            _ => ControlFault.IncompatibleState,
        },
        result.Detail ?? "");

    public static ControlProblem ToProblem(this RegistrationResult result) => new(
        result.Fault switch
        {
            RegistrationFault.CredentialsRefused => ControlFault.CredentialsRefused,
            RegistrationFault.RefusedByIms => ControlFault.RefusedByIms,
            RegistrationFault.Ended => ControlFault.NotFound,
            _ => ControlFault.ImsUnreachable,
        },
        result.Detail ?? "");

    public static RegistrationEndReason ToReason(this RegistrationEnd end) =>
        end == RegistrationEnd.Expired ? RegistrationEndReason.RegistrationExpired : RegistrationEndReason.NetworkTerminated;
}
