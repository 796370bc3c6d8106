using Byon.Functions.Surfaces.Camara;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.CamaraR22;

/// <summary>MediaSessionInformation of webrtc-call-handling 0.3, as an answer.</summary>
internal sealed record MediaSessionInformation(
    string MediaSessionId, string OriginatorAddress, string? OriginatorName, string ReceiverAddress, string? ReceiverName, string Status,
    SdpDescriptor? Offer, SdpDescriptor? Answer, string? ClientCorrelator, string? Reason, int? SequenceNumber,
    SessionQuality? Quality)
{
    public static MediaSessionInformation Of(CallRecord call) => new(
        call.CallId, call.OriginatorAddress, call.OriginatorName, call.ReceiverAddress, call.ReceiverName, call.Status.ToString(),
        SdpDescriptor.Of(call.OfferSdp), SdpDescriptor.Of(call.AnswerSdp), call.ClientCorrelator, call.Reason,
        call.SequenceNumber > 0 ? call.SequenceNumber : null, SessionQuality.Of(call.Quality));
}
