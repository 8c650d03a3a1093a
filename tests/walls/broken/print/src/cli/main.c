int main(void)
{
    printf("a verb may");
    exit(1);
}
