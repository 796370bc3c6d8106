using Byon.Functions.Http;
using Byon.Platform.Records;

namespace Byon.Functions.CallHandling;

/// <summary>
/// LocationDetails of webrtc-call-handling. The definition requires none of its members and does not tie the shape to the
/// coordinates: these decide, and without them there is no location.
/// </summary>
internal static class LocationDetails
{
    /// <summary>Beyond the Earth and all that is near it.</summary>
    private const double FarthestMetres = 1e8;

    private static readonly string[] EllipsoidOnly = ["zAxis", "semiMajorAxis", "semiMinorAxis", "verticalAxis", "orientation"];

    public static CallLocation? Read(JsonFields body)
    {
        if (body.Object("locationDetails") is not { } location)
        {
            return null;
        }

        location.OneOf("shape", "Circle", "Ellipsoid");
        var method = location.OneOf("method", "GPS", "DBH", "DBH_HELO", "Other");
        var timestamp = location.Time("timestamp");
        var confidence = location.Object("confidence") is { } it
            ? new LocationConfidence(it.OneOf("pdf", "normal", "uniform"), it.Number("value", 0, 100))
            : null;
        return location.Object("coordinates") is { } coordinates ? ReadArea(coordinates, new CallLocation(null, null, method, confidence, timestamp)) : null;
    }

    /// <summary>Exactly one of circle and ellipsoid.</summary>
    private static CallLocation ReadArea(JsonFields coordinates, CallLocation location)
    {
        var (latitude, longitude) = (Required(coordinates, "latitude", -90, 90), Required(coordinates, "longitude", -180, 180));
        if (!EllipsoidOnly.Any(coordinates.Has))
        {
            return location with { Circle = new CircleArea(latitude, longitude, Length(coordinates, "radius")) };
        }

        coordinates.Forbid("radius", "must not be sent with the members of an ellipsoid.");
        return location with
        {
            Ellipsoid = new EllipsoidArea(
                latitude, longitude, Required(coordinates, "zAxis", -FarthestMetres, FarthestMetres), Length(coordinates, "semiMajorAxis"),
                Length(coordinates, "semiMinorAxis"), Length(coordinates, "verticalAxis"), Required(coordinates, "orientation", -360, 360)),
        };
    }

    private static double Length(JsonFields coordinates, string name) => Required(coordinates, name, 0, FarthestMetres);

    private static double Required(JsonFields coordinates, string name, double minimum, double maximum)
    {
        coordinates.Require(name);
        return coordinates.Number(name, minimum, maximum) ?? 0;
    }
}
