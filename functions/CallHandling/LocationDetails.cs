using Byon.Functions.Http;

namespace Byon.Functions.CallHandling;

/// <summary>LocationDetails of webrtc-call-handling: checked, and not used until emergency calls are.</summary>
internal static class LocationDetails
{
    private static readonly string[] EllipsoidOnly = ["zAxis", "semiMajorAxis", "semiMinorAxis", "verticalAxis", "orientation"];

    public static void Check(JsonFields body)
    {
        if (body.Object("locationDetails") is not { } location)
        {
            return;
        }

        location.OneOf("shape", "Circle", "Ellipsoid");
        location.OneOf("method", "GPS", "DBH", "DBH_HELO", "Other");
        location.Time("timestamp");
        if (location.Object("confidence") is { } confidence)
        {
            confidence.OneOf("pdf", "normal", "uniform");
            confidence.Number("value", 0, 100);
        }

        if (location.Object("coordinates") is { } coordinates)
        {
            CheckCoordinates(coordinates);
        }
    }

    /// <summary>Exactly one of circle and ellipsoid; the definition does not tie them to the shape.</summary>
    private static void CheckCoordinates(JsonFields coordinates)
    {
        var isEllipsoid = EllipsoidOnly.Any(coordinates.Has);
        string[] members = isEllipsoid ? ["latitude", "longitude", .. EllipsoidOnly] : ["latitude", "longitude", "radius"];
        foreach (var member in members)
        {
            coordinates.Require(member);
            coordinates.Number(member);
        }

        if (isEllipsoid)
        {
            coordinates.Forbid("radius", "must not be sent with the members of an ellipsoid.");
        }
    }
}
