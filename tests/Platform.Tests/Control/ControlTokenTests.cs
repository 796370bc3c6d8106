using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Byon.Platform.Control;

namespace Byon.Tests.Platform.Tests.Control;

public class ControlTokenTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Theory]
    [InlineData(0, true)]
    [InlineData(-29, true)]
    [InlineData(-31, false)]
    [InlineData(89, true)]
    [InlineData(91, false)]
    public void A_token_is_valid_for_a_minute_with_half_a_minute_of_skew(int seconds, bool valid) =>
        Assert.Equal(valid, ControlToken.IsValid(Key, "node-1", ControlToken.Create(Key, "node-1", Now), Now.AddSeconds(seconds)));

    [Fact]
    public void A_token_is_for_one_node_and_of_one_key()
    {
        var token = ControlToken.Create(Key, "node-1", Now);

        Assert.False(ControlToken.IsValid(Key, "node-2", token, Now));
        Assert.False(ControlToken.IsValid(RandomNumberGenerator.GetBytes(32), "node-1", token, Now));
    }

    [Fact]
    public void Any_changed_character_makes_it_invalid()
    {
        var token = ControlToken.Create(Key, "node-1", Now);
        for (var at = 0; at < token.Length; at++)
        {
            // The last character of a part may hold bits that no octet uses: change the highest of its six.
            var changed = token[at] == '.' ? 'A' : token[at] is >= 'A' and <= 'P' ? 'z' : 'A';
            Assert.False(ControlToken.IsValid(Key, "node-1", token[..at] + changed + token[(at + 1)..], Now), $"changed at {at}");
        }
    }

    [Fact]
    public void No_prefix_and_no_garbage_is_valid_or_throws()
    {
        var token = ControlToken.Create(Key, "node-1", Now);
        for (var length = 0; length < token.Length; length++)
            Assert.False(ControlToken.IsValid(Key, "node-1", token[..length], Now));
        foreach (var garbage in new[] { "", ".", "..", "...", "a.b.c", "ü.ü.ü", token + ".", token + "=", new string('.', 3_000), new string('a', 100_000) })
            Assert.False(ControlToken.IsValid(Key, "node-1", garbage, Now));
    }

    [Fact]
    public void A_token_without_signature_is_not_valid_whatever_its_header_says()
    {
        var claims = ControlToken.Create(Key, "node-1", Now).Split('.')[1];
        var none = Base64Url.EncodeToString(Encoding.ASCII.GetBytes("""{"alg":"none"}"""));

        Assert.False(ControlToken.IsValid(Key, "node-1", $"{none}.{claims}.", Now));
        Assert.False(ControlToken.IsValid([], "node-1", $"{none}.{claims}.{Base64Url.EncodeToString(HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes($"{none}.{claims}")))}", Now));
    }
}
