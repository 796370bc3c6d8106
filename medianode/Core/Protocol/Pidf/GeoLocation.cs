namespace Byon.MediaNode.Core.Protocol.Pidf;

/// <summary>Where a device is, as a PIDF-LO says it (RFC 4119, profile of RFC 5491).</summary>
/// <param name="Method">How the position was found, a token of the IANA registry of methods (GPS, DBH, …); null where unsaid.</param>
/// <param name="Timestamp">When it was found; null where unsaid.</param>
public sealed record GeoLocation(GeoShape Shape, string? Method, GeoConfidence? Confidence, DateTimeOffset? Timestamp);

/// <summary>A position with its uncertainty in WGS 84: degrees and metres.</summary>
public abstract record GeoShape(double Latitude, double Longitude);

/// <summary>RFC 5491 §5.2.3.</summary>
public sealed record GeoCircle(double Latitude, double Longitude, double Radius) : GeoShape(Latitude, Longitude);

/// <summary>RFC 5491 §5.2.4.</summary>
/// <param name="Orientation">Of the major axis from north, clockwise, in degrees.</param>
public sealed record GeoEllipsoid(
    double Latitude, double Longitude, double Altitude, double SemiMajorAxis, double SemiMinorAxis, double VerticalAxis,
    double Orientation) : GeoShape(Latitude, Longitude);

/// <summary>How sure the shape is (RFC 7459 §3.4).</summary>
/// <param name="Pdf">Probability density function: normal, rectangular or unknown.</param>
/// <param name="Percent">0 to 100.</param>
public sealed record GeoConfidence(string Pdf, double Percent);
