using System.Text;
using Byon.Functions.Http;

namespace Byon.Functions.CallHandling;

/// <summary>Members of call bodies that all surfaces check alike.</summary>
internal static class CallFields
{
    public const int MaximumNameLength = 256;
    private const int MaximumSdpLength = 65_536;

    /// <summary>What is told of every new call, checked.</summary>
    /// <param name="address">Reads a member in the forms of addresses that the surface knows.</param>
    public static NewCall NewCall(JsonFields body, Func<JsonFields, string, string> address)
    {
        var call = new NewCall(
            address(body, "originatorAddress"), body.Text("originatorName", MaximumNameLength),
            address(body, "receiverAddress"), body.Text("receiverName", MaximumNameLength),
            RequiredSdp(body, "offer"), Emergency: false);
        body.Forbid("status", "must not be sent when a session is created.");
        if (CallAddress.IsAnonymous(call.ReceiverAddress))
        {
            body.Reject("receiverAddress", "must not be the anonymous address.");
        }

        return call;
    }

    public static string Address(JsonFields body, string name)
    {
        var address = body.RequiredText(name, CallAddress.MaximumLength);
        if (!CallAddress.IsValid(address))
        {
            body.Reject(name, "is not an address: tel:+NUMBER, sip:USER@DOMAIN, or one of the other forms of the API definition.");
        }

        return address;
    }

    public static string? Sdp(JsonFields body, string name)
    {
        if (body.Object(name) is not { } description)
        {
            return null;
        }

        var sdp = description.RequiredText("sdp", MaximumSdpLength);
        if (sdp.Length == 0)
        {
            description.Reject("sdp", "is empty.");
        }
        else if (Encoding.UTF8.GetByteCount(sdp) > MaximumSdpLength)
        {
            description.Reject("sdp", $"is longer than {MaximumSdpLength} bytes.");
        }

        return sdp;
    }

    /// <summary>The client's mark for a call, on the surfaces that have one.</summary>
    public static string? Correlator(JsonFields body)
    {
        var correlator = body.Text("clientCorrelator", MaximumNameLength);
        if (correlator?.Length == 0)
        {
            body.Reject("clientCorrelator", "is empty.");
        }

        return correlator;
    }

    /// <summary>What stands inside of receiverSessionStatus, where the body is wrapped so.</summary>
    public static JsonFields Unwrapped(JsonFields body) => body.Object("receiverSessionStatus") ?? body.Object("ReceiverSessionStatus") ?? body;

    public static string RequiredSdp(JsonFields body, string name)
    {
        body.Require(name);
        return Sdp(body, name) ?? "";
    }
}
