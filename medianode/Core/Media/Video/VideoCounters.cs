namespace Byon.MediaNode.Core.Media.Video;

/// <summary>What a leg of video counts while it runs.</summary>
public record struct VideoCounters
{
    public long PacketsReceived { get; set; }

    public long BytesReceived { get; set; }

    /// <summary>Packets that were not what the leg expects.</summary>
    public long Dropped { get; set; }

    /// <summary>Whole pictures asked of the peer (PLI, FIR).</summary>
    public long PicturesRequested { get; set; }

    /// <summary>Packets asked of the peer again (NACK).</summary>
    public long PacketsRequested { get; set; }

    /// <summary>Packets that the peer asked for again and got.</summary>
    public long Resent { get; set; }

    /// <summary>Lost from sources that have been replaced.</summary>
    public long LostEarlier { get; set; }
}
