using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>WrtcSdpDescriptor of webrtc-call-handling.</summary>
internal sealed record SdpDescriptor(string? Sdp)
{
    public static SdpDescriptor? Of(string? sdp) => sdp is null ? null : new SdpDescriptor(sdp);
}

/// <summary>MediaSessionResponse of webrtc-call-handling. The offer is required there, also for a call that has none yet.</summary>
internal sealed record MediaSessionResponse(
    string MediaSessionId, string OriginatorAddress, string? OriginatorName, string ReceiverAddress, string? ReceiverName,
    string Status, string CallType, SdpDescriptor Offer, SdpDescriptor? Answer)
{
    public static MediaSessionResponse Of(CallRecord call) => new(
        call.CallId, call.OriginatorAddress, call.OriginatorName, call.ReceiverAddress, call.ReceiverName,
        call.Status.ToString(), "REGULAR", new SdpDescriptor(call.OfferSdp), SdpDescriptor.Of(call.AnswerSdp));
}
