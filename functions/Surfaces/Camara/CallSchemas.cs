using Byon.Functions.CallHandling;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>Bodies of webrtc-call-handling 0.4.</summary>
internal static class CallSchemas
{
    public static readonly Schema Address = Schema.Text(CallAddress.MaximumLength, CallAddress.PublishedPattern) with { Name = "Address" };

    public static readonly Schema Status = Schema.Choice(Enum.GetNames<CallStatus>()) with { Name = "SessionStatus" };

    public static readonly Schema Sdp = Schema.Object("WrtcSdpDescriptor", new Member("sdp", Schema.Text(65_536)));

    public static readonly Schema Location = LocationDetails();

    public static readonly Schema Create = Schema.Object("MediaSessionCreate", [.. Information(isRequest: true)]);

    public static readonly Schema Response = Schema.Object(
        "MediaSessionResponse", [.. Information(isRequest: false), new("mediaSessionId", Schema.Text(256), Required: true), SessionQuality.Member]);

    public static readonly Schema StatusChange = Schema.Object(
        "MediaSessionStatusChange",
        new("status", Status, Required: true), new("offer", Sdp), new("answer", Sdp), new("locationDetails", Location));

    private static IEnumerable<Member> Information(bool isRequest) =>
    [
        new("originatorAddress", Address, Required: true),
        new("originatorName", Schema.Text(256)),
        new("receiverAddress", Address, Required: true),
        new("receiverName", Schema.Text(256)),
        new("status", Status, Required: !isRequest),
        new("offer", Sdp, Required: true),
        new("answer", Sdp),
        new("callType", Schema.Choice("REGULAR", "EMERGENCY")),
        new("locationDetails", Location),
    ];

    private static Schema LocationDetails()
    {
        var degrees = Schema.Number with { Format = "float" };
        Member[] center = [new("latitude", degrees, Required: true), new("longitude", degrees, Required: true)];
        var circle = Schema.Object("CircleCoordinates", [.. center, new("radius", degrees, Required: true)]);
        var ellipsoid = Schema.Object(
            "EllipsoidCoordinates",
            [
                .. center, new("zAxis", degrees, Required: true), new("semiMajorAxis", Schema.Number, Required: true),
                new("semiMinorAxis", Schema.Number, Required: true), new("verticalAxis", Schema.Number, Required: true),
                new("orientation", Schema.Number, Required: true),
            ]);
        return Schema.Object(
            "LocationDetails",
            new("shape", Schema.Choice("Circle", "Ellipsoid")),
            new("coordinates", new Schema("object") { OneOf = [circle, ellipsoid] }),
            new("method", Schema.Choice("GPS", "DBH", "DBH_HELO", "Other")),
            new("confidence", Schema.Object(
                null, new("pdf", Schema.Choice("normal", "uniform")), new("value", Schema.Number with { Minimum = 0, Maximum = 100 }))),
            new("timestamp", Schema.DateTime));
    }
}
