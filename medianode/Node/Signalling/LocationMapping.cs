using Byon.MediaNode.Core.Protocol.Pidf;
using Byon.Platform.Records;

namespace Byon.MediaNode.Signalling;

/// <summary>Between the API's locations and those of a PIDF-LO.</summary>
internal static class LocationMapping
{
    private const string OtherMethod = "Other";

    private static readonly string[] CommonMethods = ["GPS", "DBH", "DBH_HELO"];

    /// <summary>The API's Other is no registered method and stays unsaid.</summary>
    public static GeoLocation? ToGeo(this CallLocation location)
    {
        GeoShape? shape = location switch
        {
            { Circle: { } it } => new GeoCircle(it.Latitude, it.Longitude, it.Radius),
            { Ellipsoid: { } it } => new GeoEllipsoid(
                it.Latitude, it.Longitude, it.ZAxis, it.SemiMajorAxis, it.SemiMinorAxis, it.VerticalAxis, it.Orientation),
            _ => null,
        };
        return shape is null
            ? null
            : new GeoLocation(shape, location.Method == OtherMethod ? null : location.Method, ToGeo(location.Confidence), location.Timestamp);
    }

    public static CallLocation ToRecord(this GeoLocation location) => new(
        location.Shape is GeoCircle circle ? new CircleArea(circle.Latitude, circle.Longitude, circle.Radius) : null,
        location.Shape is GeoEllipsoid it
            ? new EllipsoidArea(it.Latitude, it.Longitude, it.Altitude, it.SemiMajorAxis, it.SemiMinorAxis, it.VerticalAxis, it.Orientation)
            : null,
        location.Method is null || CommonMethods.Contains(location.Method) ? location.Method : OtherMethod,
        location.Confidence is { } confidence ? new LocationConfidence(ToPdf(confidence.Pdf), confidence.Percent) : null,
        location.Timestamp);

    private static GeoConfidence? ToGeo(LocationConfidence? confidence) => confidence?.Value is { } percent
        ? new GeoConfidence(confidence.Pdf switch { "normal" => "normal", "uniform" => "rectangular", _ => "unknown" }, percent)
        : null;

    private static string? ToPdf(string pdf) => pdf switch { "normal" => "normal", "rectangular" => "uniform", _ => null };
}
