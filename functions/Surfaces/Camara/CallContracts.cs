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
    string Status, string CallType, SdpDescriptor Offer, SdpDescriptor? Answer, LocationDescriptor? LocationDetails,
    SessionQuality? Quality)
{
    public static MediaSessionResponse Of(CallRecord call) => new(
        call.CallId, call.OriginatorAddress, call.OriginatorName, call.ReceiverAddress, call.ReceiverName,
        call.Status.ToString(), call.Emergency ? "EMERGENCY" : "REGULAR", new SdpDescriptor(call.OfferSdp), SdpDescriptor.Of(call.AnswerSdp),
        LocationDescriptor.Of(call.Location), SessionQuality.Of(call.Quality));
}

/// <summary>LocationDetails of webrtc-call-handling.</summary>
internal sealed record LocationDescriptor(
    string Shape, CoordinatesDescriptor Coordinates, string? Method, LocationConfidence? Confidence, DateTimeOffset? Timestamp)
{
    public static LocationDescriptor? Of(CallLocation? location) => location is null ? null : new(
        location.Ellipsoid is null ? "Circle" : "Ellipsoid", CoordinatesDescriptor.Of(location), location.Method, location.Confidence,
        location.Timestamp?.ToUniversalTime());
}

/// <summary>CircleCoordinates or EllipsoidCoordinates: the members of the other one are absent.</summary>
internal sealed record CoordinatesDescriptor(
    double Latitude, double Longitude, double? Radius, double? ZAxis, double? SemiMajorAxis, double? SemiMinorAxis, double? VerticalAxis,
    double? Orientation)
{
    public static CoordinatesDescriptor Of(CallLocation location) => location.Ellipsoid is { } it
        ? new(it.Latitude, it.Longitude, null, it.ZAxis, it.SemiMajorAxis, it.SemiMinorAxis, it.VerticalAxis, it.Orientation)
        : new(location.Circle!.Latitude, location.Circle.Longitude, location.Circle.Radius, null, null, null, null, null);
}
