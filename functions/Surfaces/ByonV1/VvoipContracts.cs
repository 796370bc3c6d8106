using Byon.Functions.Surfaces.Camara;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.ByonV1;

internal sealed record VvoipSessionInformation(
    string OriginatorAddress, string? OriginatorName, string ReceiverAddress, string? ReceiverName, string Status,
    SdpDescriptor? Offer, SdpDescriptor? Answer, string? ClientCorrelator, string VvoipSessionId,
    SessionQuality? Quality)
{
    public static VvoipSessionInformation Of(CallRecord call) => new(
        call.OriginatorAddress, call.OriginatorName, call.ReceiverAddress, call.ReceiverName, call.Status.ToString(),
        SdpDescriptor.Of(call.OfferSdp), SdpDescriptor.Of(call.AnswerSdp), call.ClientCorrelator, call.CallId,
        SessionQuality.Of(call.Quality));
}

internal sealed record ReceiverSessionStatus(
    string Status, SdpDescriptor? Offer, SdpDescriptor? Answer, string? ReceiverName, string ReceiverAddress)
{
    public static ReceiverSessionStatus Of(CallRecord call) => new(
        call.Status.ToString(), SdpDescriptor.Of(call.OfferSdp), SdpDescriptor.Of(call.AnswerSdp), call.ReceiverName, call.ReceiverAddress);
}
