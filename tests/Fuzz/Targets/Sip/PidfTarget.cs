using Byon.MediaNode.Core.Protocol.Pidf;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>Locations.</summary>
public sealed class PidfTarget() : FuzzTarget("pidf", new TextMutator("pos", "gml:Circle", "gml:Point", "gs:radius", "NaN", "1e400", "&#0;", "<!DOCTYPE", "<![CDATA[", "]]>", "<?xml", "xmlns"))
{
    /// <summary>The XML reader has buffers of its own.</summary>
    protected override long FixedBytes => 1024 * 1024;

    public override int Run(byte[] input)
    {
        if (!PidfLoReader.TryRead(input, out var location)) return 0;
        var shape = location.Shape;
        Require(shape.Latitude is >= -90 and <= 90 && shape.Longitude is >= -180 and <= 180, "a place out of this world");
        return HashCode.Combine(shape.GetType().Name.Length, location.Method?.Length, location.Confidence is null, location.Timestamp is null);
    }
}
