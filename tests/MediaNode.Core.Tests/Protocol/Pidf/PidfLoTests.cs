using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Pidf;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Pidf;

public class PidfLoTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 10, 20, 30, TimeSpan.Zero);

    private static readonly GeoLocation Circle = new(new GeoCircle(40.4168, -3.7038, 35.5), "GPS", new GeoConfidence("normal", 95), Time);

    private static readonly GeoLocation Ellipsoid =
        new(new GeoEllipsoid(-33.8568, 151.2153, 12.25, 7.7156, 3.31, 28.7, 142), "DBH_HELO", null, Time);

    public static TheoryData<GeoLocation> Locations => [Circle, Ellipsoid, new GeoLocation(new GeoCircle(0, 0, 0), null, null, null)];

    [Theory]
    [MemberData(nameof(Locations))]
    public void What_is_written_is_read_back(GeoLocation location)
    {
        Assert.True(PidfLoReader.TryRead(PidfLoWriter.Write(location, "sip:+34600111222@ims.example", Guid.Empty), out var read));
        Assert.Equal(location, read);
    }

    [Fact]
    public void A_circle_is_written_as_RFC_5491_has_it()
    {
        var device = new Guid("0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11");
        Assert.Equal(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><presence xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" "
            + "xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" xmlns:gml=\"http://www.opengis.net/gml\" "
            + "xmlns:gs=\"http://www.opengis.net/pidflo/1.0\" entity=\"pres:a&amp;b@example\" xmlns=\"urn:ietf:params:xml:ns:pidf\">"
            + "<dm:device id=\"device\"><gp:geopriv><gp:location-info><gs:Circle srsName=\"urn:ogc:def:crs:EPSG::4326\">"
            + "<gml:pos>40.4168 -3.7038</gml:pos><gs:radius uom=\"urn:ogc:def:uom:EPSG::9001\">35.5</gs:radius></gs:Circle>"
            + "<confidence pdf=\"normal\" xmlns=\"urn:ietf:params:xml:ns:geopriv:conf\">95</confidence></gp:location-info>"
            + "<gp:usage-rules /><gp:method>GPS</gp:method></gp:geopriv>"
            + "<dm:deviceID>urn:uuid:0b1e6d9e-5f2b-4b0e-9d39-2f1c9d3d7f11</dm:deviceID><dm:timestamp>2026-11-21T10:20:30Z</dm:timestamp>"
            + "</dm:device></presence>",
            Encoding.UTF8.GetString(PidfLoWriter.Write(Circle, "pres:a&b@example", device)));
    }

    /// <summary>Shapes as networks send them, in documents of person, device and tuple.</summary>
    [Theory]
    [InlineData("<gml:Point srsName='urn:ogc:def:crs:EPSG::4326'><gml:pos>-34.407 150.883</gml:pos></gml:Point>", -34.407, 150.883, 0)]
    [InlineData("<gml:Point srsName='urn:ogc:def:crs:EPSG::4979'><gml:pos>\n -34.407\t150.883 24.8 </gml:pos></gml:Point>", -34.407, 150.883, 0)]
    [InlineData("<gs:Circle><gml:pos>42.5463 -73.2512</gml:pos><gs:radius>850.24</gs:radius></gs:Circle>", 42.5463, -73.2512, 850.24)]
    [InlineData("<gs:Sphere srsName='urn:ogc:def:crs:EPSG::4979'><gml:pos>42.5463 -73.2512 26.3</gml:pos><gs:radius uom='urn:ogc:def:uom:EPSG::9001'>850.24</gs:radius></gs:Sphere>", 42.5463, -73.2512, 850.24)]
    [InlineData("<gs:Ellipse srsName='urn:ogc:def:crs:EPSG::4326'><gml:pos>42.5463 -73.2512</gml:pos><gs:semiMajorAxis uom='urn:ogc:def:uom:EPSG::9001'>1275</gs:semiMajorAxis><gs:semiMinorAxis uom='urn:ogc:def:uom:EPSG::9001'>670</gs:semiMinorAxis><gs:orientation uom='urn:ogc:def:uom:EPSG::9102'>43.2</gs:orientation></gs:Ellipse>", 42.5463, -73.2512, 1275)]
    [InlineData("<civicAddress xmlns='urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr'><country>ES</country></civicAddress><gs:Circle><gml:pos>1 2</gml:pos><gs:radius>3</gs:radius></gs:Circle>", 1, 2, 3)]
    public void Shapes_become_circles(string shape, double latitude, double longitude, double radius)
    {
        foreach (var frame in new[] { Tuple, Person })
        {
            Assert.True(PidfLoReader.TryRead(Encoding.UTF8.GetBytes(frame(shape)), out var location));
            Assert.Equal(new GeoCircle(latitude, longitude, radius), location.Shape);
            Assert.Equal(("Cell", Time), (location.Method, location.Timestamp));
        }
    }

    [Fact]
    public void An_orientation_in_radians_is_turned_into_degrees()
    {
        var shape = "<gs:Ellipsoid srsName='urn:ogc:def:crs:EPSG::4979'><gml:pos>1 2 3</gml:pos><gs:semiMajorAxis>4</gs:semiMajorAxis>"
            + "<gs:semiMinorAxis>5</gs:semiMinorAxis><gs:verticalAxis>6</gs:verticalAxis>"
            + "<gs:orientation uom='urn:ogc:def:uom:EPSG::9101'>3.141592653589793</gs:orientation></gs:Ellipsoid>";
        Assert.True(PidfLoReader.TryRead(Encoding.UTF8.GetBytes(Tuple(shape)), out var location));
        Assert.Equal(180, Assert.IsType<GeoEllipsoid>(location.Shape).Orientation, precision: 9);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<gs:Circle><gml:pos>91 0</gml:pos><gs:radius>1</gs:radius></gs:Circle>")]
    [InlineData("<gs:Circle><gml:pos>0 181</gml:pos><gs:radius>1</gs:radius></gs:Circle>")]
    [InlineData("<gs:Circle><gml:pos>NaN 0</gml:pos><gs:radius>1</gs:radius></gs:Circle>")]
    [InlineData("<gs:Circle><gml:pos>1</gml:pos><gs:radius>1</gs:radius></gs:Circle>")]
    [InlineData("<gs:Circle><gml:pos>1 2 3 4</gml:pos><gs:radius>1</gs:radius></gs:Circle>")]
    [InlineData("<gs:Circle><gml:pos>1 2</gml:pos></gs:Circle>")]
    [InlineData("<gs:Circle><gml:pos>1 2</gml:pos><gs:radius>-1</gs:radius></gs:Circle>")]
    [InlineData("<gs:Circle><gml:pos>1 2</gml:pos><gs:radius uom='feet'>1</gs:radius></gs:Circle>")]
    [InlineData("<gs:Circle srsName='urn:ogc:def:crs:EPSG::3857'><gml:pos>1 2</gml:pos><gs:radius>1</gs:radius></gs:Circle>")]
    [InlineData("<gs:Ellipsoid><gml:pos>1 2</gml:pos></gs:Ellipsoid>")]
    [InlineData("<gs:Polygon><gml:pos>1 2</gml:pos></gs:Polygon>")]
    public void What_says_no_place_is_none(string shape) => Assert.False(PidfLoReader.TryRead(Encoding.UTF8.GetBytes(Tuple(shape)), out _));

    [Fact]
    public void A_document_with_a_dtd_is_none() => Assert.False(PidfLoReader.TryRead(
        Encoding.UTF8.GetBytes("<!DOCTYPE presence [<!ENTITY a 'b'>]>" + Tuple("<gml:Point><gml:pos>1 2</gml:pos></gml:Point>")), out _));

    [Fact]
    public void A_document_of_any_size_or_depth_is_survived()
    {
        Assert.False(PidfLoReader.TryRead(Encoding.UTF8.GetBytes(Tuple(new string(' ', PidfLoReader.LongestDocument))), out _));
        Assert.False(PidfLoReader.TryRead(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 5_000))), out _));
        var deep = string.Concat(Enumerable.Repeat("<a>", 2_000)) + string.Concat(Enumerable.Repeat("</a>", 2_000));
        Assert.False(PidfLoReader.TryRead(Encoding.UTF8.GetBytes(deep), out _));
    }

    [Fact]
    public void Every_prefix_is_survived()
    {
        var document = PidfLoWriter.Write(Ellipsoid, "sip:a@b", Guid.Empty);
        for (var length = 0; length < document.Length; length++) Assert.False(PidfLoReader.TryRead(document.AsSpan(0, length), out _));
    }

    [Fact]
    public void Mutations_are_survived_and_never_give_a_place_out_of_this_world()
    {
        var entropy = new EntropySource(new byte[32]);
        var original = PidfLoWriter.Write(Circle, "sip:a@b", Guid.Empty);
        for (var round = 0; round < 5_000; round++)
        {
            var document = original.ToArray();
            for (var flips = (entropy.NextUInt32() % 4) + 1; flips > 0; flips--)
                document[entropy.NextUInt32() % (uint)document.Length] = (byte)entropy.NextUInt32();
            if (!PidfLoReader.TryRead(document, out var location)) continue;
            Assert.InRange(location.Shape.Latitude, -90, 90);
            Assert.InRange(location.Shape.Longitude, -180, 180);
        }
    }

    private static string Tuple(string shape) => Frame($"<tuple id='t'><status>{Geopriv(shape)}</status><timestamp>2026-11-21T11:20:30+01:00</timestamp></tuple>");

    private static string Person(string shape) => Frame($"<dm:person id='p'>{Geopriv(shape)}<dm:timestamp>2026-11-21T10:20:30Z</dm:timestamp></dm:person>");

    private static string Geopriv(string shape) => $"<gp:geopriv><gp:location-info>{shape}</gp:location-info><gp:usage-rules/><gp:method>Cell</gp:method></gp:geopriv>";

    private static string Frame(string inner) =>
        "<?xml version='1.0' encoding='UTF-8'?><presence xmlns='urn:ietf:params:xml:ns:pidf' xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model' "
        + "xmlns:gp='urn:ietf:params:xml:ns:pidf:geopriv10' xmlns:gml='http://www.opengis.net/gml' xmlns:gs='http://www.opengis.net/pidflo/1.0' "
        + $"entity='pres:somebody@example'>{inner}</presence>";
}
