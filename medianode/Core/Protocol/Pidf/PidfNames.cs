namespace Byon.MediaNode.Core.Protocol.Pidf;

/// <summary>Names of a PIDF-LO: media type, XML namespaces, reference systems and units.</summary>
internal static class PidfNames
{
    public const string MediaType = "application/pidf+xml";

    public const string Pidf = "urn:ietf:params:xml:ns:pidf";
    public const string DataModel = "urn:ietf:params:xml:ns:pidf:data-model";
    public const string Geopriv = "urn:ietf:params:xml:ns:pidf:geopriv10";
    public const string Gml = "http://www.opengis.net/gml";
    public const string Shapes = "http://www.opengis.net/pidflo/1.0";
    public const string Confidence = "urn:ietf:params:xml:ns:geopriv:conf";

    public const string Wgs84Plane = "urn:ogc:def:crs:EPSG::4326";
    public const string Wgs84Space = "urn:ogc:def:crs:EPSG::4979";

    public const string Metre = "urn:ogc:def:uom:EPSG::9001";
    public const string Degree = "urn:ogc:def:uom:EPSG::9102";
    public const string Radian = "urn:ogc:def:uom:EPSG::9101";
}
