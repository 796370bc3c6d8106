using System.Globalization;
using System.Net;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>
/// Loss-based overload control towards servers that ask for less (RFC 7339): how many of a hundred requests are not sent, taken from
/// those that open something. What belongs to a dialog, ends a registration or is an emergency is always sent.
/// </summary>
internal sealed class OverloadControl(EntropySource entropy)
{
    /// <summary>What our Via says: we reduce, and how (§4.1).</summary>
    public const string Offer = ";oc;oc-algo=\"loss\"";

    private const int MostServers = 64;

    /// <summary>§4.3, where the server says none.</summary>
    private static readonly TimeSpan UsualValidity = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestValidity = TimeSpan.FromMinutes(10);

    /// <summary>§5.10.1: how often the shares of the two kinds of requests are measured.</summary>
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);

    private readonly Dictionary<IPEndPoint, Asked> _servers = [];

    /// <summary>Reads what the server wrote into our Via; a report that is older than the last one is passed over (§4.4).</summary>
    public void Hear(Instant now, SipFlow flow, ViaHeader via)
    {
        if (via.Parameters["oc"] is not { } value) return;
        if (via.Parameters["oc-algo"]?.Trim('"') is { } algorithm && !algorithm.Equals("loss", StringComparison.OrdinalIgnoreCase)) return;
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) || percent > 100) return;
        if (!decimal.TryParse(via.Parameters["oc-seq"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var sequence)) return;
        var validity = uint.TryParse(via.Parameters["oc-validity"], NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            ? TimeSpan.FromMilliseconds(ms)
            : UsualValidity;
        if (!_servers.TryGetValue(flow.Remote, out var asked))
        {
            if (_servers.Count == MostServers) _servers.Clear();
            _servers.Add(flow.Remote, asked = new Asked(now));
        }
        else if (sequence <= asked.Sequence)
        {
            return;
        }

        (asked.Percent, asked.Sequence, asked.Until) = (percent, sequence, now + (validity > LongestValidity ? LongestValidity : validity));
    }

    /// <summary>Whether a request is not to be sent. Every request to the server has to be asked about once.</summary>
    public bool Sheds(Instant now, SipFlow flow, SipRequest request)
    {
        if (!_servers.TryGetValue(flow.Remote, out var asked)) return false;
        var opens = Opens(request);
        asked.Count(now, opens);
        if (!opens || asked.Percent == 0 || asked.Until <= now) return false;
        // All of the reduction has to come from the kind that may be shed.
        var probability = Math.Min(1, asked.Percent / 100.0 / asked.ShareOfOpening);
        return entropy.NextUInt32() < probability * uint.MaxValue;
    }

    private static bool Opens(SipRequest request) => request.Method switch
    {
        SipMethods.Register => request.Number("Expires") != 0,
        SipMethods.Ack or SipMethods.Cancel => false,
        _ => request.To.Tag is null && request.Headers["Priority"]?.Equals("emergency", StringComparison.OrdinalIgnoreCase) != true && request.Uri.Scheme != "urn",
    };

    private sealed class Asked(Instant began)
    {
        private Instant _began = began;
        private int _opening;
        private int _all;

        public int Percent { get; set; }

        public decimal Sequence { get; set; } = decimal.MinValue;

        public Instant Until { get; set; }

        /// <summary>Of all requests, as measured last; before that, the share that §5.10.1 begins with.</summary>
        public double ShareOfOpening { get; private set; } = 0.8;

        public void Count(Instant now, bool opens)
        {
            if (now - _began >= Measured)
            {
                if (_all > 0) ShareOfOpening = Math.Max(_opening, 1) / (double)_all;
                (_began, _opening, _all) = (now, 0, 0);
            }

            _all++;
            if (opens) _opening++;
        }
    }
}
