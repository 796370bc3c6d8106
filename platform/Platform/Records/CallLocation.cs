namespace Byon.Platform.Records;

/// <summary>Where a caller is: a circle or an ellipsoid in WGS 84 (LocationDetails of webrtc-call-handling). Exactly one of the two is there.</summary>
/// <param name="Method">GPS, DBH, DBH_HELO or Other; null where unsaid.</param>
/// <param name="Timestamp">When the position was found.</param>
public sealed record CallLocation(
    CircleArea? Circle, EllipsoidArea? Ellipsoid, string? Method, LocationConfidence? Confidence, DateTimeOffset? Timestamp);

/// <summary>Degrees and metres.</summary>
public sealed record CircleArea(double Latitude, double Longitude, double Radius);

/// <summary>Degrees and metres.</summary>
public sealed record EllipsoidArea(
    double Latitude, double Longitude, double ZAxis, double SemiMajorAxis, double SemiMinorAxis, double VerticalAxis, double Orientation);

/// <param name="Pdf">normal or uniform; null where unsaid.</param>
/// <param name="Value">Percent; null where unsaid.</param>
public sealed record LocationConfidence(string? Pdf, double? Value);
