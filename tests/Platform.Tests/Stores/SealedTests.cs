using System.Security.Cryptography;
using Byon.Platform.Stores;

namespace Byon.Tests.Platform.Tests.Stores;

public class SealedTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    public void What_was_sealed_opens_for_its_row_and_only_for_it(int length)
    {
        var secret = RandomNumberGenerator.GetBytes(length);
        var box = Sealed.Seal(Key, secret, "row 1"u8);

        Assert.Equal(secret, Sealed.Open(Key, box, "row 1"u8));
        Assert.ThrowsAny<CryptographicException>(() => Sealed.Open(Key, box, "row 2"u8));
        Assert.ThrowsAny<CryptographicException>(() => Sealed.Open(RandomNumberGenerator.GetBytes(32), box, "row 1"u8));
    }

    [Fact]
    public void Sealing_twice_gives_different_values() => Assert.NotEqual(Sealed.Seal(Key, "s"u8, "r"u8), Sealed.Seal(Key, "s"u8, "r"u8));

    [Fact]
    public void A_changed_or_cut_value_does_not_open()
    {
        var box = Sealed.Seal(Key, "secret"u8, "row"u8);
        for (var at = 0; at < box.Length; at++)
        {
            var changed = (byte[])box.Clone();
            changed[at] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Sealed.Open(Key, changed, "row"u8));
            Assert.ThrowsAny<CryptographicException>(() => Sealed.Open(Key, box.AsSpan(0, at), "row"u8));
        }
    }
}
